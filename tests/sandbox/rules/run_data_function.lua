-- Data that is a function.
-- says: e.data.f: a function is no value
rule {
  name = "attack",
  on = "order.new", data = {},
  when = function() return true end,
  run = function(e) e.data.f = function() end end,
}
