-- A hundred thousand results, again and again.
-- says: table_unpack_repeated.lua:5: this run used up its instructions
local t = {}
for i = 1, 100000 do t[i] = i end
while true do local _ = select("#", table.unpack(t)) end
