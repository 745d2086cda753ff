-- A shipment as Amazon's JSON has it, made anew at every look: it is small, and it moves.

local instant = require("sim.instant")
local places = require("sim.places")
local random = require("sim.random")
local units = require("sim.units")

local shipment_text = {}

local MARKETPLACES = { IN = "A21TJRUUN4KGV", DE = "A1PA6795UKMFR9", US = "ATVPDKIKX0DER" }

local function required(yes)
  return yes and "REQUIRED" or "DISALLOWED"
end

local function money(place, cents)
  return { value = ("%d.%02d"):format(cents // 100, cents % 100), currencyCode = place.currency }
end

local function breakup(place, cents)
  return { baseAmount = money(place, cents), discountAmount = money(place, 0),
    netAmount = money(place, cents) }
end

local function charge(place, cents, kind)
  local tax = math.floor(cents * place.tax.share + 0.5)
  return {
    chargeType = kind,
    baseCharge = breakup(place, cents),
    totalCharge = breakup(place, cents + tax),
    totalTax = { type = "TOTAL", rate = place.tax.rate, charge = breakup(place, tax) },
  }
end

-- base64 of "All the best!"
local GIFT = { format = "PLAIN_TEXT", content = "QWxsIHRoZSBiZXN0IQ==" }

local function gift_of(shipment)
  return {
    giftWrapRequirement = required(shipment.gift),
    giftWrapLabel = shipment.gift and "WRAP-1" or nil,
    giftMessagePresence = shipment.gift and "PRESENT" or "ABSENT",
    giftMessage = shipment.gift and GIFT or nil,
  }
end

local function line_of(shipment, place, line)
  return {
    shipmentLineItemId = line.id,
    merchantSku = line.sku,
    numberOfUnits = line.quantity,
    pieceType = line.pieces and "MULTIPLE" or "SINGLE",
    charges = { charge(place, line.cents * line.quantity, "PRODUCT") },
    giftAttributes = gift_of(shipment),
    recommendedCountryOfOrigin = line.needs.origin and place.country or nil,
    recommendedCurrencyCode = line.needs.value and place.currency or nil,
    cancellations = line.cancellation and { line.cancellation } or nil,
    complianceAttributes = {
      hazmatLabelsRequirement = required(line.needs.hazmat),
      serialNumberRequirement = required(line.needs.serial),
      countryOfOriginRequirement = required(line.needs.origin),
      itemValueRequirement = required(line.needs.value),
    },
  }
end

local function ship_to(shipment, place)
  local r = random.new(shipment.person, "person")
  local city = r:pick(place.cities)
  return {
    name = r:pick(place.names),
    addressLine1 = r:pick(place.streets),
    city = city[1],
    state = city[2],
    postalCode = city[3],
    countryCode = place.country,
    phoneNumber = "+00 555 " .. r:digits(6),
  }
end

local function packages_of(shipment)
  local out = {}
  for i, package in ipairs(shipment.packages) do
    local body = {}
    for key, value in pairs(package.body) do
      body[key] = value
    end
    body.status = package.status
    out[i] = body
  end
  return out[1] and out or nil
end

local function info_of(shipment)
  return {
    shipmentType = "NEW",
    numberOfUnits = units.of(shipment),
    priority = shipment.priority,
    buyerOrderId = ("%s-%07d-%07d"):format("407", shipment.person % 9999991,
      shipment.person % 7654321),
    orderStatesEligibleForRejection = shipment.eligible,
    orderPlacedTimestamp = tostring(shipment.created_ms),
    processingSource = "EXTERNAL_PLATFORM",
    paymentMethod = shipment.person % 5 == 0 and "CASH_ON_DELIVERY" or "PREPAID",
  }
end

local function requirements_of(shipment)
  local invoice = shipment.needs_invoice
  return {
    pSlip = { requirement = shipment.slip and "REQUIRED" or "NOT_REQUIRED",
      status = shipment.slip and "GENERATED" or "NOT_GENERATED" },
    invoice = { requirement = invoice and "REQUIRED" or "NOT_REQUIRED",
      status = shipment.invoice and "AVAILABLE" or invoice and "PENDING" or "NOT_AVAILABLE" },
  }
end

-- Amazon's own example has a space where ISO 8601 wants a T; some shipments here have it, too.
local function earliest_of(shipment)
  local ms = shipment.earliest_ms
  local text = ms and instant.text(ms)
  return text and shipment.person % 4 == 0 and text:gsub("T", " ") or text
end

local function whole(shipment)
  local place = places.of(shipment.location.country)
  local lines, cents = {}, 0
  for i, line in ipairs(shipment.lines) do
    lines[i] = line_of(shipment, place, line)
    cents = cents + line.cents * line.quantity
  end
  return {
    id = shipment.id,
    locationId = shipment.location.id,
    marketplaceAttributes = { marketplaceId = shipment_text.marketplace(shipment),
      channelName = shipment.channel, merchantId = "MERCHANT1" },
    shipmentInfo = info_of(shipment),
    shipmentRequirements = requirements_of(shipment),
    charges = { charge(place, cents, "TOTAL") },
    status = shipment.status,
    subStatus = shipment.sub_status,
    reason = shipment.reason,
    lineItems = lines,
    packages = packages_of(shipment),
    shippingInfo = { expectedShippingDateTimeInUTC = instant.text(shipment.expected_ms),
      shipToAddress = ship_to(shipment, place), shippingType = shipment.shipping },
    invoiceInfo = shipment.invoice and { invoiceId = shipment.invoice.id,
      creationDateTime = instant.text(shipment.invoice.created_ms) } or nil,
    creationDateTime = instant.text(shipment.created_ms),
    lastUpdatedDateTime = instant.text(shipment.updated_ms),
    earliestPackDateTime = earliest_of(shipment),
  }
end

---@param shipment sim.Shipment
---@return string
function shipment_text.marketplace(shipment)
  return MARKETPLACES[shipment.location.country]
end

--- The shipment as Amazon's JSON text.
---@param shipment sim.Shipment
---@param json sim.Json
---@return string
function shipment_text.of(shipment, json)
  return json:encode(whole(shipment))
end

return shipment_text
