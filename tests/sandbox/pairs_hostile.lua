-- pairs on values that answer for themselves.
-- says: ok
local t = setmetatable({ a = 1 }, { __pairs = function() while true do end end, __index = function() while true do end end })
local n = 0
for _ in pairs(t) do n = n + 1 end
assert(n == 1)
