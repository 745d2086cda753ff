-- Sizes that overflow.
-- says: ok
local extremes = { math.mininteger, -1, math.maxinteger, math.maxinteger // 2 + 1, 1 << 62, 1 << 32 }
for _, n in ipairs(extremes) do
  pcall(string.rep, "xx", n)
  pcall(string.rep, "xx", n, "yyy")
  pcall(string.rep, "", n)
  pcall(string.rep, "", n, "z")
end
