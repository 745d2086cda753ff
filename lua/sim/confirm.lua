-- submitShipmentConfirmations: the whole order has left, or the floor denies it; once. What is said
-- must be what was ordered and, with Amazon's labels, what the latest label says.

local business = require("sim.business")
local instant = require("sim.instant")
local places = require("sim.places")

local confirm = { what = "confirmation", list = "shipmentConfirmations" }

local problem = business.problem

---@param element table
---@return string
function confirm.word(element)
  return element.shipmentDetails.shipmentStatus
end

local function judge_state(world, order, element)
  if order.confirmation then
    return problem("INVALID_ORDER_STATE", "The shipment has been confirmed or denied already.")
  end
  if order.status ~= "ACCEPTED" then
    return problem("INVALID_ORDER_STATE", "The order is not in a state to be confirmed.")
  end
  if instant.parse(element.shipmentDetails.shippedDate) > world.now then
    return problem("INVALID_SHIP_DATE", "The shipped date is in the future.",
      element.shipmentDetails.shippedDate)
  end
end

-- Units of each line in all boxes.
local function packed_units(order, containers)
  local units = {}
  for _, container in ipairs(containers) do
    for _, item in ipairs(container.packedItems) do
      local line, why = business.line(order, item, false)
      if not line then
        return nil, why
      end
      units[line.line] = (units[line.line] or 0) + item.packedQuantity.amount
    end
  end
  return units
end

local function judge_packing(order, containers)
  local units, why = packed_units(order, containers)
  if not units then
    return why
  end
  for _, line in ipairs(order.lines) do
    if units[line.line] ~= line.quantity then
      return problem("INVALID_PACKED_QUANTITY", "The boxes do not hold what was ordered.",
        "itemSequenceNumber " .. line.sequence)
    end
  end
end

local function judge_tracking(containers)
  local boxes, numbers = {}, {}
  for _, container in ipairs(containers) do
    local id, number = container.containerIdentifier, container.trackingNumber
    if not number then
      return problem("INVALID_TRACKING_NUMBER", "A container has no tracking number.", id)
    elseif not container.shipMethod then
      return problem("INVALID_SHIP_METHOD", "A container has no ship method.", id)
    elseif boxes[id] or numbers[number] then
      return problem("INVALID_CONTAINER",
        "Two containers share an identifier or a tracking number.", id)
    end
    boxes[id], numbers[number] = true, true
  end
end

-- One container for each package of the latest label, with its words.
local function judge_label(order, containers)
  local label = order.label
  if not label then
    return problem("NotAvailable", "No shipping label has been made for the order.")
  end
  local known = {}
  for _, package in ipairs(label.packages) do
    known[package.tracking] = true
  end
  for _, container in ipairs(containers) do
    if not known[container.trackingNumber] then
      return problem("INVALID_TRACKING_NUMBER", "The tracking number is not the latest label's.",
        container.trackingNumber)
    elseif container.shipMethod ~= label.ship_method then
      return problem("INVALID_SHIP_METHOD", "The ship method is not the latest label's.",
        container.shipMethod)
    end
  end
  if #containers ~= #label.packages then
    return problem("INVALID_CONTAINER", "The number of containers is not the label's.",
      ("%d of %d"):format(#containers, #label.packages))
  end
end

local function judge_carrier(order, containers)
  local field = places.of(order.warehouse.country).north_america and "scacCode" or "carrier"
  for _, container in ipairs(containers) do
    if not container[field] then
      return problem("INVALID_CARRIER", ("A container needs %s."):format(field),
        container.containerIdentifier)
    end
  end
end

local function judge_containers(order, containers)
  if #containers == 0 then
    return problem("EMPTY_PACKAGES", "The shipment has no packages.")
  end
  local words = order.warehouse.labels == "amazon" and judge_label or judge_carrier
  return judge_tracking(containers) or words(order, containers) or judge_packing(order, containers)
end

--- Whether Amazon takes it.
---@param world sim.World
---@param account table
---@param element table
---@return sim.Problem? problem, sim.Order? order
function confirm.judge(world, account, element)
  local order, why = business.order_of(account, element)
  if not order then
    return why
  end
  local shipped = confirm.word(element) == "SHIPPED"
  why = judge_state(world, order, element)
    or business.all_lines(order, element.items,
      { quantity = "shippedQuantity", named = true, exact = shipped })
    or shipped and judge_containers(order, element.containers or {})
    or nil
  return why, order
end

--- Lets it happen: SHIPPED or CANCELLED after a while.
---@param world sim.World
---@param order sim.Order
---@param element table
function confirm.apply(world, order, element)
  local status = confirm.word(element)
  local trackings = {}
  for _, container in ipairs(element.containers or {}) do
    trackings[container.trackingNumber or ""] = true
  end
  order.confirmation = { status = status, trackings = trackings }
  world:after("status", function()
    if order.status == "ACCEPTED" then
      world:set_status(order, status == "SHIPPED" and "SHIPPED" or "CANCELLED")
    end
  end)
end

return confirm
