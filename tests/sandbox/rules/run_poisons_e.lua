-- A run that writes into everything that the event shows.
-- says: ok
rule {
  name = "attack",
  on = "order.new",
  when = function() return true end,
  run = function(e)
    assert(not pcall(function() e.order = {} end))
    assert(not pcall(function() e.anything = 1 end))
    assert(not pcall(setmetatable, e, {}))
    assert(not pcall(table.insert, e, 1))
    assert(e.rule == "attack" and e.kind == "order.new")
  end,
}
