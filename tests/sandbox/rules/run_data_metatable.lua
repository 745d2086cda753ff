-- Data with metamethods, which are never asked.
-- says: ok
rule {
  name = "attack",
  on = "order.new", data = {},
  when = function() return true end,
  run = function(e) e.data.t = setmetatable({ a = 1 }, { __index = function() while true do end end, __pairs = function() while true do end end, __len = function() return 1 << 50 end }) end,
}
