-- A `when` without end.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_loops.lua:6: this run used up its instructions
rule {
  name = "attack",
  on = "order.new",
  when = function() while true do pcall(function() while true do end end) end end,
  run = function() end,
}
