-- Insertion at the front of a long list, for ever.
-- says: table_insert_front.lua:5: this run used up its instructions
local t = {}
for i = 1, 100000 do t[i] = i end
while true do table.insert(t, 1, 1) t[#t] = nil end
