-- Whether a body of External Fulfillment has the form that Amazon's model asks for; for sim.check.

local check_external = {}

--- Adds the bodies of External Fulfillment to those that are known.
---@param bodies table<string, function>
---@param p table the parts that sim.check builds bodies from
function check_external.add(bodies, p)
  local text, list, object, one_of = p.text, p.list, p.object, p.one_of
  local size = object({ value = p.decimal, dimensionUnit = one_of("CM", "M", "IN") })
  local package = object({
    id = text,
    dimensions = object({ length = size, width = size, height = size }),
    weight = object({ value = p.decimal, weightUnit = one_of("G", "KG", "LB", "OZ") }),
    packageLineItems = list(object({ packageLineItemId = text, quantity = p.whole(0) }, {
      serialNumbers = list(text, 0), pieces = p.whole(1), countryOfOrigin = text,
      itemValue = object({ value = p.decimal, currencyCode = text }),
    }), 0),
  }, {
    hazmatLabels = list(text, 0),
    packageHandlingRequirements = one_of("NORMAL", "FRAGILE"),
    status = one_of("CREATED", "PICKUP_SLOT_RETRIEVED", "INVOICE_GENERATED",
      "SHIPLABEL_GENERATED", "SHIPPED", "DELIVERED", "CANCELLED"),
  })
  local function reason(value, path)
    local problem = text(value, path)
    return problem or (utf8.len(value) or 0) > 128 and path .. ": is longer than 128 characters"
      or nil
  end
  bodies.processShipment = object({
    lineItems = list(object({ lineItem = object({ id = text }, { quantity = p.whole(0) }) },
      { reason = one_of("OUT_OF_STOCK", "CUSTOMER_REQUESTED") }), 0),
  }, { referenceId = text })
  bodies.createPackages = object({ packages = list(package, 1) })
  bodies.updatePackage = package
  bodies.updatePackageStatus = object({}, {
    status = one_of("CREATED", "PICKUP_SLOT_RETRIEVED", "INVOICE_GENERATED",
      "SHIPLABEL_GENERATED", "SHIPPED", "DELIVERED"),
    subStatus = one_of("OUT_FOR_DELIVERY", "DELIVERED", "NOT_DELIVERED", "UNDELIVERABLE"),
    reason = reason,
  })
  bodies.generateShipLabels = object({ packageIds = list(text, 0, 50) }, {
    courierSupportedAttributes = object({ carrierName = text, trackingId = text }),
  })
end

return check_external
