-- A wait inside the comparator of a sort.
-- says: sort_waits.lua:3: sleep: cannot wait here
table.sort({ 2, 1 }, function(a, b) sleep(1) return a < b end)
