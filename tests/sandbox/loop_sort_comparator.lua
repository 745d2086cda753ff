-- A loop that catches its own end inside the comparator of a sort.
-- says: loop_sort_comparator.lua:3: this run used up its instructions
table.sort({ 3, 1, 2 }, function() while true do pcall(function() while true do end end) end end)
