-- A script that returns a hundred thousand values.
-- says: ok
local t = {}
for i = 1, 100000 do t[i] = i end
return table.unpack(t)
