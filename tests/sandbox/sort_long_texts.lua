-- A sort that compares texts of a megabyte, equal to their last byte.
-- says: sort_long_texts.lua:6: this run used up its instructions
local t, half = {}, ("x"):rep(1048570)
for i = 1, 20 do t[i] = half .. i end
for i = 1, 100000 do t[i] = t[(i - 1) % 20 + 1] end
table.sort(t)
