-- log with values that are hostile.
-- says: ok
local bad = setmetatable({}, { __index = function() while true do end end, __tostring = function() while true do end end })
pcall(log.debug, bad)
pcall(log.debug, "x", bad)
pcall(log.debug, "x", { field = bad })
pcall(log.debug, "x", { [bad] = 1 })
