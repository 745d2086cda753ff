-- From an accepted order to a confirmed shipment.

rule {
  name  = "ask for labels",
  where = { labels = "amazon" },
  on    = "order.accepted",
  when  = function(e) return not e.order.facts.missing end,
  run   = function(e) e.order:request_label() end, -- waits by itself for the ship day
}

rule {
  name  = "print labels as they come",
  where = { labels = "amazon" },
  on    = "label.ready",
  run   = function(e) e.document:print "dock-1" end,
}

rule {
  name = "confirm when the carrier has every box",
  all  = { "packed", "picked_up" }, -- reported by the floor per box
  run  = function(e) e.order:confirm { shippedDate = e.order.facts.picked_up.at } end,
}
