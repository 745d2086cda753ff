-- A head that is nested a hundred thousand deep.
-- says: head_deep.lua:6: rule "attack": its head has tables that are nested too deep
local inner = {}
local head = { name = "attack", on = "order.new", run = function() end, data = inner }
for _ = 1, 100000 do inner.x = {} inner = inner.x end
rule(head)
