-- A __tostring that asks for itself.
-- says: recursion_tostring.lua:4: calls within calls too deep
local t
t = setmetatable({}, { __tostring = function() return tostring(t) end })
return tostring(t)
