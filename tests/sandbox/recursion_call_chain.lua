-- A value whose __call is itself such a value, many times.
-- says: ok
local f = print
for _ = 1, 300 do f = setmetatable({}, { __call = f }) end
f()
