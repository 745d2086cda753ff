-- A __close that is put into the metatable after it was set.
-- says: close_late.lua:6: variable 'held' got a non-closable value
local mt = {}
local value = setmetatable({}, mt)
mt.__close = function() while true do end end
local held <close> = value
