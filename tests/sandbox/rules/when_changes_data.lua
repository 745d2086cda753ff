-- A `when` that changes the rule's memory, deep inside.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_changes_data.lua:7: e.data: `when` only decides: it may not change it
rule {
  name = "attack",
  on = "order.new",
  data = { seen = { 1 } },
  when = function(e) e.data.seen[2] = 2 return true end,
  run = function() end,
}
