-- A `when` that returns a table whose members raise: true is true.
-- says: ok
rule {
  name = "attack",
  on = "order.new",
  when = function() return setmetatable({}, { __index = function() error("asked") end, __eq = function() error("compared") end }) end,
  run = function() end,
}
