-- A __newindex that leads to itself.
-- says: recursion_newindex_chain.lua:6: '__newindex' chain too long
local t = {}
local a = setmetatable({}, { __newindex = t })
setmetatable(t, { __newindex = a })
t.x = 1
