-- A `when` that waits.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_waits.lua:6: sleep: `when` only decides
rule {
  name = "attack",
  on = "order.new",
  when = function() sleep(1) return true end,
  run = function() end,
}
