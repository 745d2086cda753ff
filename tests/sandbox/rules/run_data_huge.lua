-- Data without end.
-- says: e.data: more than 256 kB as JSON
rule {
  name = "attack",
  on = "order.new", data = {},
  when = function() return true end,
  run = function(e) for i = 1, 100000 do e.data["k" .. i] = i end end,
}
