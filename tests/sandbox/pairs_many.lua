-- pairs over a table of a million members, again and again.
-- says: pairs_many.lua:5: this run used up its instructions
local t = {}
for i = 1, 100000 do t[i] = i end
while true do pairs(t) end
