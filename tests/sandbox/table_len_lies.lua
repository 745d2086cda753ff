-- A table that lies about its length.
-- says: ok
local liar = setmetatable({}, { __len = function() return 1 << 40 end })
for _, fn in ipairs { table.insert, table.remove, table.concat, table.unpack, table.sort } do
  assert(not pcall(fn, liar, 1, "x"))
end
parallel(liar, function() end)
