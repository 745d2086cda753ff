-- Whether a body has the form that Amazon's models ask for: what must be there, what may be, and
-- nothing else. Written from the models, on its own, so that it can judge what dray sends.

local check_external = require("sim.check_external")
local instant = require("sim.instant")

local check = {}

-- A check is a function (value, path) -> nil, or a sentence that begins with the path.

local function wrong(path, what)
  return ("%s: %s"):format(path, what)
end

local function text(value, path)
  if type(value) ~= "string" then
    return wrong(path, "expected a string")
  elseif value == "" then
    return wrong(path, "must not be empty")
  end
end

local function matching(pattern, what)
  return function(value, path)
    return text(value, path) or not value:find(pattern) and wrong(path, what) or nil
  end
end

local function one_of(...)
  local names = { ... }
  local known = {}
  for _, name in ipairs(names) do
    known[name] = true
  end
  return function(value, path)
    if type(value) ~= "string" or not known[value] then
      return wrong(path, "must be one of " .. table.concat(names, ", "))
    end
  end
end

local function whole(low)
  return function(value, path)
    if type(value) ~= "number" or value ~= math.floor(value) then
      return wrong(path, "expected an integer")
    elseif value < low then
      return wrong(path, ("must not be below %d"):format(low))
    end
  end
end

local function boolean(value, path)
  return type(value) ~= "boolean" and wrong(path, "expected true or false") or nil
end

local function date_time(value, path)
  if type(value) ~= "string" or not instant.parse(value) then
    return wrong(path, "expected an ISO 8601 date-time")
  end
end

-- Amazon's decimals: no leading zeros, no bare point, no plus.
local function decimal(value, path)
  if type(value) ~= "string" then
    return wrong(path, "expected a decimal in a string")
  end
  local body = value:gsub("[eE][+-]?%d+$", "", 1):gsub("^%-", "", 1)
  local units, rest = body:match("^(%d+)(.*)$")
  if not units or #units > 1 and units:sub(1, 1) == "0"
    or not (rest == "" or rest:find("^%.%d+$")) then
    return wrong(path, "is no decimal")
  end
end

local function sorted_keys(map)
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = tostring(key)
  end
  table.sort(keys)
  return keys
end

local function is_list(value)
  return type(value) == "table" and (next(value) == nil or value[1] ~= nil)
end

local function is_object(value)
  return type(value) == "table" and (next(value) == nil or value[1] == nil)
end

local function object(required, optional)
  return function(value, path)
    if not is_object(value) then
      return wrong(path, "expected an object")
    end
    for _, key in ipairs(sorted_keys(required)) do
      if value[key] == nil then
        return wrong(path, ("%s is missing"):format(key))
      end
    end
    for _, key in ipairs(sorted_keys(value)) do
      local member = required[key] or optional and optional[key]
      local problem = not member and wrong(path, ("%s is not known here"):format(key))
        or member(value[key], path .. "." .. key)
      if problem then
        return problem
      end
    end
  end
end

local function list(member, low, high)
  return function(value, path)
    if not is_list(value) then
      return wrong(path, "expected an array")
    elseif #value < low or high and #value > high then
      local most = high or "many"
      return wrong(path, ("holds %d elements, allowed are %d to %s"):format(#value, low, most))
    end
    for i, element in ipairs(value) do
      local problem = member(element, ("%s[%d]"):format(path, i - 1))
      if problem then
        return problem
      end
    end
  end
end

local order_number = matching("^[a-zA-Z0-9]+$", "must consist of letters and digits")

local address_optional = {
  addressLine2 = text, addressLine3 = text, city = text, county = text, district = text,
  stateOrRegion = text, postalCode = text, phone = text,
}

local function with(map, more)
  local out = {}
  for key, value in pairs(map) do
    out[key] = value
  end
  for key, value in pairs(more) do
    out[key] = value
  end
  return out
end

local address = object({ name = text, addressLine1 = text, countryCode = text }, address_optional)

-- Orders v1 asks for a state, too, and knows an `attention`.
local orders_address = object(
  { name = text, addressLine1 = text, stateOrRegion = text, countryCode = text },
  with(address_optional, { attention = text }))

-- Amazon's own example of a status update has a place without name and street.
local place = object({ countryCode = text },
  with(address_optional, { name = text, addressLine1 = text }))

local function registration(of)
  return object({ taxRegistrationNumber = text }, {
    taxRegistrationType = one_of("VAT", "GST"), taxRegistrationAddress = of,
    taxRegistrationMessages = text,
  })
end

local party = object({ partyId = text }, {
  address = address, taxRegistrationDetails = list(registration(address), 0),
})

local orders_party = object({ partyId = text }, {
  address = orders_address, taxInfo = registration(orders_address),
})

local quantity = object({ amount = whole(0), unitOfMeasure = text })

local function product_ids(more)
  return with({ buyerProductIdentifier = text, vendorProductIdentifier = text }, more or {})
end

local container = object({
  containerIdentifier = text,
  containerType = one_of("carton", "pallet"),
  packedItems = list(object({ itemSequenceNumber = whole(1), packedQuantity = quantity },
    product_ids()), 1),
  weight = object({ unitOfMeasure = one_of("KG", "LB"), value = decimal }),
}, {
  trackingNumber = text, manifestId = text, manifestDate = text, shipMethod = text, scacCode = text,
  carrier = text, containerSequenceNumber = whole(1),
  dimensions = object({ length = decimal, width = decimal, height = decimal,
    unitOfMeasure = one_of("IN", "CM") }),
})

local acknowledgement = object({
  purchaseOrderNumber = order_number,
  vendorOrderNumber = text,
  acknowledgementDate = date_time,
  acknowledgementStatus = object({}, { code = text, description = text }),
  sellingParty = orders_party,
  shipFromParty = orders_party,
  itemAcknowledgements = list(object({
    itemSequenceNumber = text,
    acknowledgedQuantity = object({},
      { amount = whole(1), unitOfMeasure = one_of("Each", "EACH") }),
  }, product_ids()), 1),
})

local label_request = object({
  purchaseOrderNumber = order_number, sellingParty = party, shipFromParty = party,
}, { containers = list(container, 0) })

local confirmation = object({
  purchaseOrderNumber = order_number,
  sellingParty = party,
  shipFromParty = party,
  shipmentDetails = object({
    shippedDate = date_time, shipmentStatus = one_of("SHIPPED", "FLOOR_DENIAL"),
  }, { isPriorityShipment = boolean, vendorOrderNumber = text, estimatedDeliveryDate = date_time }),
  items = list(object({ itemSequenceNumber = whole(1), shippedQuantity = quantity },
    product_ids()), 1),
}, { containers = list(container, 0) })

local status_update = object({
  purchaseOrderNumber = order_number,
  sellingParty = party,
  shipFromParty = party,
  statusUpdateDetails = object({
    trackingNumber = text, statusCode = text, reasonCode = text, statusDateTime = date_time,
    statusLocationAddress = place,
  }, {
    shipmentSchedule = object({}, { estimatedDeliveryDateTime = date_time,
      apptWindowStartDateTime = date_time, apptWindowEndDateTime = date_time }),
  }),
})

---@type table<string, fun(value: any, path: string): string?>
check.bodies = {
  submitAcknowledgement = object({ orderAcknowledgements = list(acknowledgement, 1) }),
  submitShippingLabelRequest = object({ shippingLabelRequests = list(label_request, 1, 100) }),
  submitShipmentConfirmations = object({ shipmentConfirmations = list(confirmation, 1) }),
  submitShipmentStatusUpdates = object({ shipmentStatusUpdates = list(status_update, 1) }),
  createRestrictedDataToken = object({
    restrictedResources = list(object({
      method = one_of("GET", "PUT", "POST", "DELETE"), path = text,
    }, { dataElements = list(text, 0) }), 1, 50),
  }, { targetApplication = text }),
}

check_external.add(check.bodies, { text = text, list = list, object = object, one_of = one_of,
  whole = whole, decimal = decimal })

--- What is wrong with the body of an operation; nil when nothing is.
---@param operation string
---@param value any
---@return string?
function check.body(operation, value)
  local problem = check.bodies[operation](value, "body")
  return problem and problem:gsub("^body%.", "") or nil
end

return check
