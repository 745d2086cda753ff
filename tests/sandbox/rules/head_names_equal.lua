-- The same name twice.
-- says: head_names_equal.lua:4: rule "attack": stands at rules/head_names_equal.lua:3 too
rule { name = "attack", on = "order.new", run = function() end }
rule { name = "attack", on = "order.new", run = function() end }
