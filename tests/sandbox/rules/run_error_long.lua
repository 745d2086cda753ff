-- An error of a megabyte.
-- says: xxxxxxxx
rule {
  name = "attack",
  on = "order.new",
  when = function() return true end,
  run = function() error(("x"):rep(1000000), 0) end,
}
