-- Two rules of a file that share a table: what one leaves, the other sees, and no other file does.
-- says: ok
local shared = {}
rule { name = "first", on = "order.new", run = function() shared.seen = true end }
rule { name = "attack", on = "order.new", run = function() assert(shared) end }
