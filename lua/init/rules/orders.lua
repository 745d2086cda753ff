-- From a new order to a confirmed shipment. Each rule is one decision; the waiting is dray's.

rule {
  name = "accept new orders",
  on   = "order.new",
  run  = function(e) e.order:accept() end,
}

rule {
  name  = "ask for labels",
  where = { labels = "amazon" },
  on    = "order.accepted",
  run   = function(e) e.order:request_label() end, -- waits by itself for the ship day
}

rule {
  name = "confirm when the carrier has every box",
  all  = { "picked_up" }, -- the floor reports it for each box
  run  = function(e) e.order:confirm { shippedDate = e.order.facts.picked_up.at } end,
}

rule {
  name = "deny what the floor cannot find",
  on   = "missing",
  when = function(e) return e.order.state == "accepted" end,
  hold = "30m", -- perhaps it is found
  run  = function(e) e.order:floor_deny { why = "out of stock" } end,
}
