-- A name of a megabyte.
-- says: head_name_long.lua:3: rule "xxxxxxxxxxxxxxxxx
rule { name = ("x"):rep(1000000), on = "order.new", run = function() end }
