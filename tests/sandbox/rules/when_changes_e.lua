-- A `when` that changes the event.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_changes_e.lua:6: e is what happened and cannot be changed
rule {
  name = "attack",
  on = "order.new",
  when = function(e) e.name = "other" return true end,
  run = function() end,
}
