-- Every function of texts with every kind of value.
-- says: ok
local junk = { 1, 1.5, -0.0, 0 / 0, 1 / 0, "", "x", true, {}, print, string, null }
for _, library in ipairs { { "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep",
  "reverse", "sub", "upper" } } do
  for _, name in ipairs(library) do
    for _, a in ipairs(junk) do
      for _, b in ipairs(junk) do
        pcall(string[name], a, b)
        pcall(string[name], a, b, a, b)
      end
      pcall(string[name])
    end
  end
end
