-- A finalizer: Lua turns hooks off while it runs, so a loop in it would never end.
-- says: gc_finalizer.lua:3: setmetatable: __gc is not possible here
setmetatable({}, { __gc = function() while true do end end })
