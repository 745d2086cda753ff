-- A comparator that contradicts itself.
-- says: sort_always_true.lua:5: invalid order function for sorting
local t = {}
for i = 1, 200 do t[i] = i % 7 end
table.sort(t, function() return true end)
