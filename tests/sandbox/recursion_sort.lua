-- A sort within the comparator of a sort, and so on.
-- says: recursion_sort.lua:3: calls within calls too deep
local function sort() table.sort({ 2, 1 }, function(a, b) sort() return a < b end) end
sort()
