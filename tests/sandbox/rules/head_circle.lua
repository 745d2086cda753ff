-- A head that holds itself.
-- says: head_circle.lua:6: rule "attack": its head has tables that are nested too deep
local head = { name = "attack", on = "order.new", run = function() end }
head.where = head
head.data = head
rule(head)
