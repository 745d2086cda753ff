-- What the carrier saw goes on to Amazon, and what went wrong to people.

rule {
  name = "pass on the carrier's scans",
  on   = "carrier.scan", -- early ones wait until the order is SHIPPED
  run  = function(e)
    e.order:scan {
      trackingNumber = e.trackingNumber,
      statusCode = e.statusCode,
      reasonCode = e.reasonCode,
      statusDateTime = e.at,
      statusLocationAddress = e.place,
    }
  end,
}

-- EDIFACT's codes of parcels that need somebody.
local TROUBLE = {
  ["404"] = "is delayed",
  ["407"] = "was refused by the customer",
  ["409"] = "is lost",
  ["416"] = "cannot be delivered",
}

rule {
  name = "tell the desk of parcels in trouble",
  on   = "carrier.scan",
  when = function(e) return TROUBLE[e.statusCode] end,
  run  = function(e)
    notify("desk", ("order %s: parcel %s %s\n"):format(e.order.purchaseOrderNumber,
      e.trackingNumber, TROUBLE[e.statusCode]))
  end,
}

rule {
  name = "tell the desk of parcels that nobody scans",
  on   = "deadline.missed",
  when = function(e) return e.deadline.kind == "scan" end,
  run  = function(e)
    notify("desk", ("order %s: the carrier is silent\n"):format(e.order.purchaseOrderNumber))
  end,
}
