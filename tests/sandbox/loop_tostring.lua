-- A loop inside __tostring, through tostring, print, string.format and error.
-- says: loop_tostring.lua:3: this run used up its instructions
local bad = setmetatable({}, { __tostring = function() while true do end end })
pcall(tostring, bad)
pcall(string.format, "%s", bad)
error(bad)
