-- table.insert, table.move and table.sort on a protected table.
-- says: ok
for _, library in ipairs { string, table, math, utf8, log } do
  assert(not pcall(table.insert, library, "x"))
  assert(not pcall(table.move, { "a", "b" }, 1, 2, 1, library))
  assert(not pcall(table.sort, library))
  assert(not pcall(table.remove, library))
end
