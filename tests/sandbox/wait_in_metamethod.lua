-- A wait inside a metamethod.
-- says: ok
local t = setmetatable({}, { __index = function() sleep(1) return "slept" end })
assert(t.x == "slept")
