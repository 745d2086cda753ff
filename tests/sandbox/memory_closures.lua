-- Functions without end.
-- says: memory_closures.lua:4: not enough memory
local t = {}
while true do local n = #t t[n + 1] = function() return t, n end end
