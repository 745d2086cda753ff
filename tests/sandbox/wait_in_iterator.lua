-- A wait inside an iterator, which may.
-- says: ok
local n = 0
for i in function() n = n + 1 sleep(1) return n < 3 and n or nil end do assert(i < 3) end
