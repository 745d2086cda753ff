-- Every function of tables with every kind of value.
-- says: ok
local junk = { 1, 1.5, 0 / 0, 1 / 0, "x", true, { 1 }, {}, print, string, null, math.maxinteger }
for _, name in ipairs { "concat", "insert", "move", "pack", "remove", "sort", "unpack" } do
  for _, a in ipairs(junk) do
    for _, b in ipairs(junk) do
      pcall(table[name], a, b)
      pcall(table[name], a, b, a)
      pcall(table[name], a, b, b, a)
      pcall(table[name], a, b, b, b, a)
    end
  end
end
