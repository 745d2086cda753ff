-- A shipment's steps, one rule each. Every step begins when Amazon shows that the one before it is
-- done, so a restart, or somebody who did it in another tool, changes nothing.

-- The node packs everything into one kind of box.
local function box()
  local function side(value) return { value = value, dimensionUnit = "CM" } end
  return {
    dimensions = { length = side("30"), width = side("20"), height = side("10") },
    weight = { value = "1.2", weightUnit = "KG" },
  }
end

rule {
  name = "take on what Amazon assigns",
  on   = "shipment.new",
  run  = function(e)
    e.shipment:confirm()
    e.shipment:create_packages { packages = { box() } } -- waits for the confirmation
  end,
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
  run  = function(e)
    if #e.shipment.labels > 0 then
      log.warn("pull a parcel: its shipment was cancelled", { shipmentId = e.shipment.shipmentId })
    end
  end,
}
