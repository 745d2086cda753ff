-- Data that holds itself.
-- says: e.data.self.self.
rule {
  name = "attack",
  on = "order.new", data = {},
  when = function() return true end,
  run = function(e) e.data.self = e.data end,
}
