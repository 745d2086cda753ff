-- A format with a hundred thousand long arguments.
-- says: string_format_many.lua:5: not enough memory
local s, t = ("x"):rep(1000000), {}
for i = 1, 100 do t[i] = s end
return ("%s"):rep(100):format(table.unpack(t))
