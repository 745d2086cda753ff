-- The words of the file, kept and called when it has loaded.
-- says: word_rule_kept.lua:4: rule: works only while the file loads
local kept_rule, kept_use = rule, use
rule { name = "attack", on = "order.new", run = function() pcall(kept_use, "honest") kept_rule { name = "late" } end }
