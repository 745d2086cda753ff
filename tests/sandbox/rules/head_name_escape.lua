-- A name with escapes for terminals.
-- says: head_name_escape.lua:3: rule "?[2J": name: expected one line
rule { name = "\27[2J", on = "order.new", run = function() end }
