-- The rules that will be live next week.

rule {
  name = "accept",
  on   = "order.new",
  run  = function(e) e.order:accept() end,
}

rule {
  name = "ask for labels",
  on   = "order.accepted", -- while dray observes: when people have accepted the order elsewhere
  run  = function(e) e.order:request_label() end,
}

rule {
  name = "print labels as they come",
  on   = "label.ready",
  run  = function(e) e.document:print "dock-1" end,
}

rule {
  name = "confirm when the carrier has every box",
  all  = { "packed", "picked_up" },
  run  = function(e) e.order:confirm { shippedDate = e.order.facts.picked_up.at } end,
}
