-- The fourth value of a for loop is closed, too.
-- says: close_in_for.lua:6: variable '(for state)' got a non-closable value
local mt = {}
local value = setmetatable({}, mt)
mt.__close = function() while true do end end
for _ in function() return nil end, nil, nil, value do end
