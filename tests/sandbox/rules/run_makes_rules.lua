-- A run that makes a rule.
-- says: run_makes_rules.lua:7: rule: works only while the file loads
rule {
  name = "attack",
  on = "order.new",
  when = function() return true end,
  run = function() rule { name = "made", on = "order.new", run = function() end } end,
}
