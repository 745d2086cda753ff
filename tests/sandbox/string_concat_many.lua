-- One concatenation of many values.
-- says: string_concat_many.lua:6: not enough memory
local s = ("x"):rep(1000000)
local t = {}
for i = 1, 100 do t[i] = s end
return table.concat(t)
