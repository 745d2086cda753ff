-- A head of a hundred thousand keys.
-- says: head_huge.lua:5: rule
local head = { name = "attack", on = "order.new", run = function() end }
for i = 1, 100000 do head["key" .. i] = i end
rule(head)
