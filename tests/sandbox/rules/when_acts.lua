-- A `when` that acts.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_acts.lua:6: poll: `when` only decides
rule {
  name = "attack",
  on = "order.new",
  when = function() poll "orders" return true end,
  run = function() end,
}
