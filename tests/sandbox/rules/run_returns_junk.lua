-- A run that returns what nobody wants.
-- says: ok
rule {
  name = "attack",
  on = "order.new",
  when = function() return true end,
  run = function() return setmetatable({}, { __index = function() error("asked") end }), print, 0 / 0 end,
}
