-- What happens on the warehouse floor to each order: packed into which boxes, refused, or found
-- missing when it should be packed; and what the vendor's own carrier sees afterwards. Decided by
-- the seed, so a script, a person and a test agree on what ought to become of every order.

local instant = require("sim.instant")
local places = require("sim.places")
local random = require("sim.random")
local units = require("sim.units")

local floor = {}

local MINUTE = 60000

-- How the floor's decisions are spread.
local REJECTED, DENIED = 0.03, 0.03

local function decision_of(r)
  if r:chance(REJECTED) then
    return "reject", r:pick({ "02", "03", "71" })
  elseif r:chance(DENIED) then
    return "deny"
  end
  return "pack"
end

-- The units of all lines, dealt out to the boxes one after the other; no box stays empty.
local function deal(order)
  local boxes = {}
  for i = 1, order.packages do
    boxes[i] = { units = {}, grams = 200 }
  end
  local all, dealt = units.of(order), 0
  for _, line in ipairs(order.lines) do
    for _ = 1, line.quantity do
      local box = boxes[dealt * order.packages // all + 1]
      box.units[line.line] = (box.units[line.line] or 0) + 1
      box.grams = box.grams + line.grams
      dealt = dealt + 1
    end
  end
  return boxes
end

local function items_of(order, box)
  local items = {}
  for _, line in ipairs(order.lines) do
    if box.units[line.line] then
      items[#items + 1] = { line = line.line, quantity = box.units[line.line] }
    end
  end
  return items
end

local function boxes_of(order, r)
  local out = {}
  local own = order.warehouse.labels == "own"
  for i, box in ipairs(deal(order)) do
    local pounds = order.warehouse.country == "US"
    out[#out + 1] = {
      box = tostring(i),
      items = items_of(order, box),
      weight = {
        value = ("%.1f"):format(box.grams / (pounds and 453.6 or 1000)),
        unitOfMeasure = pounds and "LB" or "KG",
      },
      trackingNumber = own and "JJD" .. r:digits(15) .. ("%02d"):format(i) or nil,
    }
  end
  return out
end

local WAY = { "DEPARTED_FROM_FC", "IN_TRANSIT", "OUT_FOR_DELIVERY", "DELIVERED" }

-- What the carrier saw of every box since it was picked up: the first few steps of its way.
local function scans_of(order, boxes, picked_up_ms, step_ms, r)
  local city = places.of(order.warehouse.country).cities[1]
  local out = {}
  local steps = r:between(1, #WAY)
  for _, box in ipairs(boxes) do
    for step = 1, steps do
      out[#out + 1] = {
        trackingNumber = box.trackingNumber,
        meaning = WAY[step],
        statusDateTime = instant.text(picked_up_ms + step * step_ms),
        place = { city = city[1], stateOrRegion = city[2], postalCode = city[3],
          countryCode = order.warehouse.country },
      }
    end
  end
  return out
end

-- When it left: ten minutes before the simulator began, or at once for an order that came later. It
-- never changes, so that the same report can be read again and again.
local function leaves(order, started_ms)
  if order.created_ms <= started_ms - 10 * MINUTE then
    return started_ms - 10 * MINUTE, 2 * MINUTE
  end
  return order.created_ms, 1000
end

--- What the floor does with one order.
---@param order sim.Order
---@param seed integer
---@param started_ms integer when the simulator began
---@return table
function floor.decide(order, seed, started_ms)
  local r = random.new(seed, "floor " .. order.account .. " " .. order.purchaseOrderNumber)
  local decision, code = decision_of(r)
  local out = { decision = decision, code = code, account = order.account,
    warehouse = order.warehouse.code }
  if decision == "pack" then
    local picked_up_ms, step_ms = leaves(order, started_ms)
    out.boxes = boxes_of(order, r)
    out.pickedUpAt = instant.text(picked_up_ms)
    if order.warehouse.labels == "own" then
      out.scans = scans_of(order, out.boxes, picked_up_ms, step_ms, r)
    end
  end
  return out
end

--- The floor's decisions about all orders, for the file that `dray sim --floor` writes.
---@param sim sim.Amazon
---@return { orders: table<string, table> }
function floor.all(sim)
  local out = {}
  for _, account in ipairs(sim.world.account_list) do
    for _, order in ipairs(account.list) do
      out[order.purchaseOrderNumber] = floor.decide(order, sim.settings.seed, sim.world.started_ms)
    end
  end
  return { orders = out }
end

return floor
