-- Keys that are no names.
-- says: head_keys.lua:3: rule "attack": unknown key "0.5"
rule { name = "attack", on = "order.new", run = function() end, [1] = 2, [true] = 3, [print] = 4, [0.5] = 5, [{}] = 6 }
