-- A `when` that raises nothing.
-- says: warn the `when` of a rule failed rule=attack error="(an error that is a nil value)
rule {
  name = "attack",
  on = "order.new",
  when = function() error() end,
  run = function() end,
}
