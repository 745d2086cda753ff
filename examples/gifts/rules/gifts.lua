-- Gifts need their slip in the box; all else leaves without one.

rule {
  name = "accept and ask for the label",
  on   = "order.new",
  run  = function(e)
    e.order:accept()
    e.order:request_label() -- waits for the proved acceptance
  end,
}

rule {
  name = "print labels as they come",
  on   = "label.ready",
  run  = function(e) e.document:print "labels" end,
}

rule {
  name = "print the slips of gifts",
  on   = "slip.ready",
  when = function(e) return e.order.gift end,
  run  = function(e) e.document:print "office" end,
}

rule {
  name = "confirm what is no gift",
  all  = { "packed", "picked_up" },
  when = function(e) return not e.order.gift end,
  run  = function(e) e.order:confirm { shippedDate = e.order.facts.picked_up.at } end,
}

rule {
  name = "confirm a gift when its slip is in the box",
  all  = { "packed", "picked_up", "slip.printed" }, -- the floor reports that the slip is there
  when = function(e) return e.order.gift end,
  run  = function(e) e.order:confirm { shippedDate = e.order.facts.picked_up.at } end,
}
