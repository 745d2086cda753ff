-- A file that is not there.
-- says: use_missing.lua:3: use: rules/nowhere.lua cannot be read
use "nowhere"
