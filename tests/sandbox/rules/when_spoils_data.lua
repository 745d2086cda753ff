-- A `when` that puts into the rule's memory what no memory can keep, and hides it behind a metatable.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_spoils_data.lua:7: e.data: `when` only decides: it may not change it
rule {
  name = "attack",
  on = "order.new",
  data = { n = 1 },
  when = function(e) e.data.self = e.data setmetatable(e.data, { __index = function() error("!") end }) return true end,
  run = function() end,
}
