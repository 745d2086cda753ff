-- submitShipmentStatusUpdates: what the vendor's own carrier saw, package by package, after the
-- order is SHIPPED.

local business = require("sim.business")

local scans = { what = "scans", list = "shipmentStatusUpdates" }

local problem = business.problem

--- The pairs that Amazon knows, by standard: status code, then reason code.
---@type table<string, table<string, string>>
scans.pairs = {
  EDIFACT = {
    DELAYED = "404/117", DELIVERED = "301/000", DEPARTED_FROM_FC = "101/000",
      IN_TRANSIT = "201/000",
    LOST = "409/000", OUT_FOR_DELIVERY = "302/000", REJECTED = "407/000", UNDELIVERABLE = "416/000",
  },
  X12 = {
    DELAYED = "DE/AF", DELIVERED = "D1/NS", DEPARTED_FROM_FC = "XB/NS", IN_TRANSIT = "O1/NS",
    LOST = "CA/PL", OUT_FOR_DELIVERY = "OD/NS", REJECTED = "A7/AM", UNDELIVERABLE = "AP/BG",
  },
}

local KNOWN = {}
for standard, meanings in pairs(scans.pairs) do
  KNOWN[standard] = {}
  for _, pair in pairs(meanings) do
    KNOWN[standard][pair] = true
  end
end

---@param element table
---@return string
function scans.word(element)
  local details = element.statusUpdateDetails
  return details.statusCode .. "/" .. details.reasonCode
end

---@param element table
---@return string
function scans.package(element)
  return element.statusUpdateDetails.trackingNumber
end

local function judge_pair(order, pair)
  local standard = order.warehouse.standard
  local other = standard == "X12" and "EDIFACT" or "X12"
  if KNOWN[other][pair] then
    return problem("INVALID_STATUS_CODE", "The codes belong to another standard.", pair)
  elseif not KNOWN[standard][pair] then
    return problem("INVALID_STATUS_CODE", "The status and reason code are not supported together.",
      pair)
  end
end

--- Whether Amazon takes it.
---@param account table
---@param element table
---@return sim.Problem? problem, sim.Order? order
function scans.judge(_, account, element)
  local order, why = business.order_of(account, element)
  if not order then
    return why
  end
  if order.warehouse.labels ~= "own" then
    return problem("INVALID_SHIP_FROM_PARTY", "Amazon's carrier reports for this warehouse.")
  end
  if order.status ~= "SHIPPED" then
    return problem("INVALID_ORDER_STATE", "The shipment has not been confirmed.")
  end
  local tracking = scans.package(element)
  if not order.confirmation.trackings[tracking] then
    return problem("INVALID_TRACKING_NUMBER", "The tracking number is not the confirmed one.",
      tracking)
  end
  return judge_pair(order, scans.word(element)), order
end

--- Keeps the scan.
---@param world sim.World
---@param order sim.Order
---@param element table
function scans.apply(world, order, element)
  order.scans = order.scans or {}
  order.scans[#order.scans + 1] = {
    at_ms = world.now,
    trackingNumber = scans.package(element),
    code = scans.word(element),
    statusDateTime = element.statusUpdateDetails.statusDateTime,
  }
end

return scans
