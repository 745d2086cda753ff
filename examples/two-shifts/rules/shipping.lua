-- Labels come in two batches, one for each shift.
local shifts = use "shifts"

rule {
  name  = "ask for the labels of a shift",
  every = { "1d", at = { "06:30", "14:45" }, days = "mon-sat", zone = "Asia/Kolkata" },
  run   = function()
    for order in orders { state = "accepted" } do order:request_label() end
  end,
}

rule {
  name = "print where the shift works",
  on   = "label.ready",
  run  = function(e) e.document:print(shifts.printer(e.now)) end,
}

rule {
  name = "confirm when the carrier has every box",
  all  = { "packed", "picked_up" },
  run  = function(e) e.order:confirm { shippedDate = e.order.facts.picked_up.at } end,
}
