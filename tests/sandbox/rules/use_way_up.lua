-- A file outside of the folder.
-- says: use_way_up.lua:3: use: expected the name of a file beside this one
use "../../etc/passwd"
