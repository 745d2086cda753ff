-- Methods of numbers and of nothing.
-- says: number_methods.lua:4: attempt to index a number value (local 'n')
local n = 5
return n:rep(3)
