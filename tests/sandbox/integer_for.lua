-- For loops at the ends of the integers.
-- says: ok
local n = 0
for i = math.maxinteger - 1, math.maxinteger do n = n + 1 end
for i = math.mininteger + 1, math.mininteger, -1 do n = n + 1 end
assert(n == 4)
assert(not pcall(function() for i = 1, 10, 0 do end end))
