-- submitShippingLabelRequest: Amazon makes labels for orders that are accepted, not yet confirmed
-- and due. Asked again, it makes new ones, perhaps for another carrier; only the latest count.

local business = require("sim.business")
local places = require("sim.places")

local labels = { what = "label", list = "shippingLabelRequests" }

---@return string
function labels.word()
  return "label"
end

--- Whether Amazon takes it.
---@param world sim.World
---@param account table
---@param element table
---@return sim.Problem? problem, sim.Order? order
function labels.judge(world, account, element)
  local order, problem = business.order_of(account, element)
  if not order then
    return problem
  end
  if order.warehouse.labels ~= "amazon" then
    return business.problem("INVALID_SHIP_FROM_PARTY", "The warehouse ships with its own carrier.")
  end
  if order.confirmation then
    return business.problem("INVALID_ORDER_STATE", "The shipment has been confirmed already.")
  end
  if order.status ~= "ACCEPTED" then
    return business.problem("INVALID_ORDER_STATE", "The order has no confirmed acknowledgement.")
  end
  local zone = order.warehouse.zone
  if world:local_day(zone, world.now) < world:local_day(zone, order.required_ship_ms) then
    return business.problem("INVALID_SHIP_DATE",
      "Labels are made on the day the order is due to ship.")
  end
  return nil, order
end

-- How the label goes: as ordered first, perhaps otherwise when it is asked for again.
local function method_of(world, order)
  if not order.label_asked or not world.chance:chance(world.settings.share.flip) then
    return order.label and order.label.ship_method or order.ship_method
  end
  local before = order.label and order.label.ship_method or order.ship_method
  local methods = places.of(order.warehouse.country).methods
  for i, method in ipairs(methods) do
    if method == before then
      return methods[i % #methods + 1]
    end
  end
end

local function make_label(world, order, boxes)
  local place = places.of(order.warehouse.country)
  local label = { order = order, ship_method = method_of(world, order), packages = {} }
  for i = 1, boxes do
    label.packages[i] = { identifier = ("%03d"):format(i),
      tracking = world:tracking_number(place.tracking) }
  end
  return label
end

local function publish(world, label, due)
  local order = label.order
  if order.status ~= "ACCEPTED" or order.confirmation then
    return -- cancelled, denied or shipped meanwhile
  end
  if order.label then
    order.label.stale = true
  end
  label.created_ms = due
  order.label = label
  local list = world.accounts[order.account].labels
  list[#list + 1] = label
end

--- Lets it happen: the labels are there after a while.
---@param world sim.World
---@param order sim.Order
---@param element table
function labels.apply(world, order, element)
  local containers = element.containers or {}
  local boxes = #containers > 0 and #containers or order.packages
  local label = make_label(world, order, boxes)
  order.label_asked = (order.label_asked or 0) + 1
  world:after("label", function(due)
    publish(world, label, due)
  end)
end

return labels
