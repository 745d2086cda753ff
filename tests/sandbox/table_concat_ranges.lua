-- table.concat over ranges that never end.
-- says: ok
for _, range in ipairs { { 1, 1e9 }, { math.mininteger, math.maxinteger }, { math.maxinteger - 5, math.maxinteger } } do
  assert(not pcall(table.concat, {}, ",", range[1], range[2]))
end
