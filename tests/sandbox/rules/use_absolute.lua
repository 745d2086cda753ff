-- A file by its whole way.
-- says: use_absolute.lua:3: use: expected the name of a file beside this one
use "/etc/passwd"
