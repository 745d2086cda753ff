-- table.unpack over ranges that overflow.
-- says: ok
local extremes = { math.mininteger, math.mininteger + 1, -1, 0, 1, math.maxinteger - 1, math.maxinteger }
for _, i in ipairs(extremes) do
  for _, j in ipairs(extremes) do pcall(table.unpack, { 1 }, i, j) end
end
assert(select("#", table.unpack({}, math.maxinteger, math.maxinteger)) == 1)
