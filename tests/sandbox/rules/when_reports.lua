-- A `when` that reports an event.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_reports.lua:6: event: `when` only decides
rule {
  name = "attack",
  on = "order.new",
  when = function() event("packed", "PO1", {}) return true end,
  run = function() end,
}
