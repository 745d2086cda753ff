-- A finalizer that is put into the metatable after it was set.
-- says: ok
local mt = {}
for i = 1, 100 do setmetatable({}, mt) end
mt.__gc = function() while true do end end
for i = 1, 20000 do setmetatable({}, {}) end
