-- What happens to each shipment on the warehouse floor: packed into which packages, with which
-- numbers on them, or refused; which pick-up is taken; and what the seller's own courier sees.
-- Decided by the seed, so a script, a person and a test agree on what ought to become of each.

local places = require("sim.places")
local random = require("sim.random")
local units = require("sim.units")

local shipment_floor = {}

local REJECTED = 0.03

local function side(value, inches)
  return { value = ("%.1f"):format(inches and value / 2.54 or value),
    dimensionUnit = inches and "IN" or "CM" }
end

local function serial_numbers(line, first, quantity)
  local out = {}
  for i = 1, quantity do
    out[i] = ("SN-%s-%s-%d"):format(line.sku:gsub("[^%w]", ""), line.id, first + i)
  end
  return out
end

local function item_of(shipment, line, first, quantity)
  local place = places.of(shipment.location.country)
  return {
    packageLineItemId = line.id,
    quantity = quantity,
    serialNumbers = line.needs.serial and serial_numbers(line, first, quantity) or nil,
    pieces = line.pieces,
    countryOfOrigin = line.needs.origin and place.country or nil,
    itemValue = line.needs.value and { value = ("%d.%02d"):format(line.cents // 100,
      line.cents % 100), currencyCode = place.currency } or nil,
  }
end

-- How many units of a line each box gets: all units of the shipment, dealt out one after the other.
local function deal(shipment)
  local all, dealt, boxes = units.of(shipment), 0, {}
  for i = 1, shipment.boxes do
    boxes[i] = {}
  end
  for _, line in ipairs(shipment.lines) do
    for _ = 1, line.quantity do
      local box = boxes[dealt * shipment.boxes // all + 1]
      box[line.id] = (box[line.id] or 0) + 1
      dealt = dealt + 1
    end
  end
  return boxes
end

local function package_of(shipment, number, box, packed)
  local inches, grams, items, hazmat = shipment.location.country == "US", 100, {}, nil
  for _, line in ipairs(shipment.lines) do
    local quantity = box[line.id]
    if quantity then
      items[#items + 1] = item_of(shipment, line, packed[line.id] or 0, quantity)
      packed[line.id] = (packed[line.id] or 0) + quantity
      grams = grams + line.grams * quantity
      hazmat = hazmat or line.needs.hazmat and { "UN3481" } or nil
    end
  end
  return {
    id = tostring(number),
    dimensions = { length = side(30, inches), width = side(20, inches), height = side(10, inches) },
    weight = inches and { value = ("%.2f"):format(grams / 453.59237), weightUnit = "LB" }
      or { value = tostring(grams), weightUnit = "G" },
    hazmatLabels = hazmat,
    packageLineItems = items,
  }
end

--- The packages that the floor makes, as createPackages wants them.
---@param shipment sim.Shipment
---@return table[]
function shipment_floor.packages(shipment)
  local out, packed = {}, {}
  for number, box in ipairs(deal(shipment)) do
    out[number] = package_of(shipment, number, box, packed)
  end
  return out
end

local DELIVERIES = {
  { "OUT_FOR_DELIVERY", "DELIVERED" },
  { "OUT_FOR_DELIVERY", "NOT_DELIVERED", "OUT_FOR_DELIVERY", "DELIVERED" },
  { "OUT_FOR_DELIVERY", "UNDELIVERABLE" },
}

-- Courier and delivery of a shipment that the seller carries.
local function carried(out, shipment, r)
  if shipment.shipping ~= "SELF" then
    return
  end
  out.delivery = r:pick(DELIVERIES)
  if shipment.location.courier then
    out.couriers = {}
    for _, package in ipairs(out.packages) do
      out.couriers[package.id] = { carrierName = "EXAMPLE EXPRESS",
        trackingId = "EX" .. r:digits(12) }
    end
  end
end

--- What the floor does with one shipment.
---@param shipment sim.Shipment
---@param seed integer
---@return table
function shipment_floor.decide(shipment, seed)
  local r = random.new(seed, "floor " .. shipment.account .. " " .. shipment.id)
  local out = { account = shipment.account, location = shipment.location.id,
    program = shipment.location.program }
  if r:chance(REJECTED) then
    out.decision, out.reason = "reject", "OUT_OF_STOCK"
    return out
  end
  out.decision = "pack"
  out.packages = shipment_floor.packages(shipment)
  out.choose = r:pick({ "recommended", "earliest", "latest" })
  carried(out, shipment, r)
  return out
end

--- The decisions about all shipments, by shipment id.
---@param sim sim.Amazon
---@return table<string, table>
function shipment_floor.all(sim)
  local out = {}
  for _, account in ipairs(sim.world.account_list) do
    for _, shipment in ipairs(account.shipment_list) do
      out[shipment.id] = shipment_floor.decide(shipment, sim.settings.seed)
    end
  end
  return out
end

return shipment_floor
