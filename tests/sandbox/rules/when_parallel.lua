-- A `when` that waits for others.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_parallel.lua:6: parallel: `when` only decides
rule {
  name = "attack",
  on = "order.new",
  when = function() parallel({ 1 }, function() end) return true end,
  run = function() end,
}
