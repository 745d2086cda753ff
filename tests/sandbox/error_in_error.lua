-- An error while an error is told.
-- says: ok
local bad = setmetatable({}, { __tostring = function() error("again") end })
pcall(print, bad)
pcall(tostring, bad)
pcall(string.format, "%s", bad)
local _, e = try(error, bad)
assert(type(e.message) == "string")
