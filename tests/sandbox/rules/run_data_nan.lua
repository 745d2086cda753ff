-- Data that is no number.
-- says: e.data.n: the number is not finite
rule {
  name = "attack",
  on = "order.new", data = {},
  when = function() return true end,
  run = function(e) e.data.n = 0 / 0 end,
}
