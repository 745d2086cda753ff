-- From a new order to a confirmed one; the parcel's number and weight are the floor's.

rule {
  name = "accept",
  on   = "order.new",
  run  = function(e) e.order:accept() end,
}

rule {
  name = "confirm when it is weighed and has left",
  all  = { "packed", "weighed", "picked_up" },
  run  = function(e)
    local facts = e.order.facts
    e.order:confirm {
      shippedDate = facts.picked_up.at,
      containers = { {
        containerIdentifier = facts.packed.box,
        trackingNumber = facts.packed.trackingNumber,
        weight = { value = facts.weighed.kilograms, unitOfMeasure = "KG" },
      } },
    }
  end,
}
