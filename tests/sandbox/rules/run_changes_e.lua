-- A run that changes the event.
-- says: run_changes_e.lua:7: e is what happened and cannot be changed
rule {
  name = "attack",
  on = "order.new",
  when = function() return true end,
  run = function(e) e.rule = "other" end,
}
