-- pairs on the event, from which nothing leads into what others see.
-- says: ok
rule {
  name = "attack",
  on = "order.new",
  when = function(e)
    local names = {}
    for name, value in pairs(e) do names[#names + 1] = name end
    return table.concat(names, " ") == "at kind"
  end,
  run = function(e)
    for i = 1, 3 do for k in pairs(e) do assert(e[k] ~= nil) end end
    assert(not pcall(function() for k in pairs(e) do e[k] = 1 end end) and e.kind == "order.new")
  end,
}
