-- A `when` whose error loops when it is told.
-- says: warn the `when` of a rule failed rule=attack error="(an error that is a table value)
rule {
  name = "attack",
  on = "order.new",
  when = function() error(setmetatable({}, { __tostring = function() while true do end end })) end,
  run = function() end,
}
