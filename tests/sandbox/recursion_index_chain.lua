-- An __index that leads to itself.
-- says: recursion_index_chain.lua:6: '__index' chain too long
local t = {}
local a = setmetatable({}, { __index = t })
setmetatable(t, { __index = a })
return t.x
