-- A table that answers for every member.
-- says: ok
local proxy = setmetatable({}, { __index = function() return "x" end, __newindex = function() end })
for _, fn in ipairs { table.insert, table.remove, table.concat, table.unpack, table.sort } do
  assert(not pcall(fn, proxy, 1, 2))
end
assert(not pcall(table.move, proxy, 1, 1e6, 2))
