-- A shipment's steps, one rule each. Every step begins when the floor reports, or when Amazon shows
-- that the one before it is done, so a restart, or somebody who did it in another tool, changes
-- nothing.

-- The boxes that the floor reported, as Amazon's packages. What a line requires (serial numbers,
-- country of origin, value) the floor has scanned with it.
local function packages(shipment)
  local list = {}
  local packed = shipment.facts.packed
  for id, box in pairs(packed and packed.boxes or {}) do
    list[#list + 1] = {
      id = id,
      dimensions = box.dimensions,
      weight = box.weight,
      hazmatLabels = box.hazmatLabels,
      packageLineItems = box.packageLineItems,
    }
  end
  return list
end

-- Whether every unit lies in a box.
local function all_packed(shipment)
  local left = 0
  for _, line in ipairs(shipment.items) do left = left + line.numberOfUnits end
  for _, package in ipairs(packages(shipment)) do
    for _, item in ipairs(package.packageLineItems) do left = left - item.quantity end
  end
  return left == 0
end

rule {
  name = "take on what the floor has packed",
  on   = "packed", -- one that came before the shipment was known waits for it
  when = function(e) return #e.shipment.packages == 0 and all_packed(e.shipment) end,
  run  = function(e)
    e.shipment:confirm()
    e.shipment:create_packages { packages = packages(e.shipment) } -- waits for the confirmation
  end,
}

rule {
  name = "reject what it cannot fill",
  on   = "missing",
  run  = function(e) e.shipment:reject { reason = "OUT_OF_STOCK" } end,
}

rule {
  name = "ask for the label of what is packed",
  on   = "package.created",
  run  = function(e)
    if e.shipment.invoice_required then
      e.shipment:generate_invoice()
    end
    e.shipment:generate_labels { packageIds = { e.package } } -- waits for the invoice
  end,
}

rule {
  name = "pull the parcel of a shipment that was cancelled",
  on   = "shipment.cancelled",
  when = function(e) return e.pull end, -- its label was made
  run  = function(e)
    log.warn("pull a parcel: its shipment was cancelled", { shipmentId = e.shipment.shipmentId })
  end,
}
