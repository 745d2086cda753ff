-- Levels beyond the stack.
-- says: ok
for _, level in ipairs { -1, 0, 3, 100, math.maxinteger, math.mininteger } do pcall(error, "x", level) end
