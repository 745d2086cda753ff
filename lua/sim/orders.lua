-- Makes purchase orders that differ as real ones do, from a seed: the same seed and number give the
-- same order. A record is small; the text that Amazon would send is made when it is first read.

local instant = require("sim.instant")
local places = require("sim.places")
local random = require("sim.random")
local units = require("sim.units")

local orders = {}

---@class sim.Line
---@field line integer
---@field sequence string itemSequenceNumber as Orders v1 writes it
---@field asin? string buyerProductIdentifier
---@field sku? string vendorProductIdentifier
---@field title string
---@field quantity integer
---@field cents integer
---@field grams integer

---@class sim.Order
---@field account string
---@field purchaseOrderNumber string
---@field warehouse sim.Warehouse
---@field status "NEW"|"ACCEPTED"|"SHIPPED"|"CANCELLED"
---@field created_ms integer
---@field required_ship_ms integer end of the ship day in the warehouse's zone
---@field lines sim.Line[]
---@field packages integer boxes that Amazon plans for it
---@field slip boolean isPslipRequired
---@field gift boolean
---@field scheduled boolean
---@field priority boolean
---@field ship_method string
---@field label_format "ZPL"|"PNG"

---@class sim.OrderSpec
---@field seed integer
---@field account string
---@field selling_party string
---@field warehouse sim.Warehouse
---@field number integer counts the account's orders from 1
---@field created_ms integer
---@field required_ship_ms integer
---@field same_numbers? boolean every account uses the same purchase order numbers
---@field share table<string, number>

local BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
local NUMBERS = 36 ^ 8 // 1 | 0

-- Nine letters and digits, different for every number of an account: an odd multiplier that 36
-- shares no factor with goes through all of them.
local function order_number(spec)
  local purpose = spec.same_numbers and "numbers" or "numbers " .. spec.account
  local offset = random.new(spec.seed, purpose):below(NUMBERS)
  local left = (spec.number * 982451653 + offset) % NUMBERS
  local out = {}
  for i = 8, 1, -1 do
    local at = left % 36 + 1
    out[i], left = BASE36:sub(at, at), left // 36
  end
  return "D" .. table.concat(out)
end

local function make_line(r, number, wide)
  local good = r:pick(places.goods)
  local ids = r:below(4)
  return {
    line = number,
    sequence = wide and ("%05d"):format(number) or tostring(number),
    asin = ids ~= 1 and good.asin or nil,
    sku = ids ~= 2 and good.sku or nil,
    title = good.title,
    quantity = r:between(1, 3),
    cents = good.cents,
    grams = good.grams,
  }
end

local function make_lines(r, share)
  local count = r:chance(share.several_lines) and r:between(2, 4) or 1
  local wide = r:chance(0.5)
  local lines = {}
  for i = 1, count do
    lines[i] = make_line(r, i, wide)
  end
  return lines
end

--- A new order.
---@param spec sim.OrderSpec
---@return sim.Order
function orders.make(spec)
  local r = random.new(spec.seed, ("order %s %d"):format(spec.account, spec.number))
  local place = places.of(spec.warehouse.country)
  local order = {
    account = spec.account,
    selling_party = spec.selling_party,
    purchaseOrderNumber = order_number(spec),
    warehouse = spec.warehouse,
    status = "NEW",
    created_ms = spec.created_ms,
    required_ship_ms = spec.required_ship_ms,
    lines = make_lines(r, spec.share),
    gift = r:chance(spec.share.gift),
    scheduled = r:chance(spec.share.scheduled),
    priority = r:chance(spec.share.priority),
    ship_method = r:pick(place.methods),
    label_format = r:pick(spec.warehouse.formats),
    person = r:below(1 << 30),
    packages = 1,
  }
  order.slip = order.gift or r:chance(spec.share.slip)
  if units.of(order) > 1 and r:chance(spec.share.several_boxes) then
    order.packages = math.min(units.of(order), r:between(2, 3))
  end
  return order
end

local function money(place, cents)
  return { currencyCode = place.currency, amount = ("%d.%02d"):format(cents // 100, cents % 100) }
end

local function tax_of(place, cents)
  return { taxLineItem = { {
    taxRate = place.tax.rate,
    taxAmount = money(place, math.floor(cents * place.tax.share + 0.5)),
    type = place.tax.type,
  } } }
end

-- Where the goods go. Who uses Amazon's labels sees only what a carrier's depot needs.
local function ship_to(order, place)
  local r = random.new(order.person, "person")
  local city = r:pick(place.cities)
  local masked = order.warehouse.labels == "amazon"
  local function private(text)
    return masked and "xxxxx" or text
  end
  return {
    name = private(r:pick(place.names)),
    addressLine1 = private(r:pick(place.streets)),
    city = private(city[1]),
    county = masked and "xxxxx" or nil,
    district = masked and "xxxxx" or nil,
    stateOrRegion = city[2],
    postalCode = city[3],
    countryCode = place.country,
    phone = private("+00 555 " .. r:digits(6)),
  }
end

local function scheduled_delivery(order)
  local from = order.required_ship_ms + 2 * instant.DAY
  return {
    scheduledDeliveryServiceType = "APPOINTMENT",
    earliestNominatedDeliveryDate = instant.text(from),
    latestNominatedDeliveryDate = instant.text(from + 4 * 3600000),
  }
end

local function item_of(order, place, line)
  return {
    itemSequenceNumber = line.sequence,
    buyerProductIdentifier = line.asin,
    vendorProductIdentifier = line.sku,
    title = line.title,
    orderedQuantity = { amount = line.quantity, unitOfMeasure = "Each" },
    scheduledDeliveryShipment = order.scheduled and scheduled_delivery(order) or nil,
    giftDetails = order.gift and { giftMessage = "All the best!\nFrom \"us\"", giftWrapId = "1" }
      or nil,
    netPrice = money(place, line.cents),
    taxDetails = tax_of(place, line.cents * line.quantity),
    totalPrice = money(place, line.cents * line.quantity),
  }
end

local function shipment_details(order)
  return {
    isPriorityShipment = order.priority,
    isScheduledDeliveryShipment = order.scheduled,
    isPslipRequired = order.slip,
    isGift = order.gift,
    shipMethod = order.ship_method,
    shipmentDates = {
      requiredShipDate = instant.text(order.required_ship_ms),
      promisedDeliveryDate = instant.text(order.required_ship_ms + 3 * instant.DAY),
    },
    messageToCustomer = "Thank you for shopping at Amazon.",
  }
end

--- The order's details as Amazon's JSON has them, without the status.
---@param order sim.Order
---@return table
function orders.details(order)
  local place = places.of(order.warehouse.country)
  local items, cents = {}, 0
  for i, line in ipairs(order.lines) do
    items[i] = item_of(order, place, line)
    cents = cents + line.cents * line.quantity
  end
  return {
    customerOrderNumber = ("%s-%07d-%07d"):format("171", order.person % 9999991,
      order.person % 7654321),
    orderDate = instant.text(order.created_ms),
    shipmentDetails = shipment_details(order),
    taxTotal = tax_of(place, cents),
    sellingParty = { partyId = order.selling_party },
    shipFromParty = { partyId = order.warehouse.code },
    shipToParty = ship_to(order, place),
    billToParty = { partyId = "AMZN-" .. place.country },
    items = items,
  }
end

--- The order as Amazon's JSON text.
---@param order sim.Order
---@param json sim.Json
---@param with_details boolean
---@return string
function orders.text(order, json, with_details)
  if not with_details then
    return ('{"purchaseOrderNumber":"%s"}'):format(order.purchaseOrderNumber)
  end
  if not order.text then
    order.text = json:encode(orders.details(order)):sub(2)
  end
  return ('{"purchaseOrderNumber":"%s","orderDetails":{"orderStatus":"%s",'):format(
    order.purchaseOrderNumber, order.status) .. order.text .. "}"
end

return orders
