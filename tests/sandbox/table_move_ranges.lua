-- table.move over ranges that never end.
-- says: ok
for _, range in ipairs { { 1, 1e12 }, { math.mininteger, math.maxinteger }, { -1, math.maxinteger },
  { math.mininteger, 0 }, { 1, 2000000 } } do
  assert(not pcall(table.move, {}, range[1], range[2], 2))
end
