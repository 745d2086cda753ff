-- Every function of numbers with every kind of value.
-- says: ok
local junk = { 0, 1.5, 0 / 0, 1 / 0, -1 / 0, "x", "10", true, {}, print, math.maxinteger, math.mininteger }
for _, name in ipairs { "abs", "acos", "asin", "atan", "ceil", "cos", "deg", "exp", "floor", "fmod", "log", "max",
  "min", "modf", "rad", "sin", "sqrt", "tan", "tointeger", "type", "ult" } do
  for _, a in ipairs(junk) do
    for _, b in ipairs(junk) do pcall(math[name], a, b) end
  end
  pcall(math[name])
end
