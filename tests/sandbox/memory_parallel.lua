-- As many children as a list has members.
-- says: memory_parallel.lua:5: not enough memory
local t = {}
for i = 1, 900000 do t[i] = i end
parallel(t, function() sleep(1000) end, { limit = 1000 })
