-- A `when` that returns a hundred thousand values.
-- says: ok
rule {
  name = "attack",
  on = "order.new",
  when = function() local t = {} for i = 1, 100000 do t[i] = i end return table.unpack(t) end,
  run = function() end,
}
