-- Paths below /sim/, outside Amazon's API, for people and tests: the ledger, the orders, faults,
-- new orders, a customer's cancellation, the floor; those about shipments are in
-- control_shipments.lua. No token; the server listens on loopback only.

local control_reply = require("sim.control_reply")
local control_shipments = require("sim.control_shipments")
local floor = require("sim.floor")
local shipment_floor = require("sim.shipment_floor")

local control = {}

local answer, refuse = control_reply.answer, control_reply.refuse

-- The body as a table, {} when there is none or it is something else.
local function body_of(sim, request)
  local body = sim.json:decode(request.body or "")
  return type(body) == "table" and body or {}
end

local function label_of(order)
  local label = order.label
  if not label then
    return nil
  end
  local trackings = {}
  for i, package in ipairs(label.packages) do
    trackings[i] = package.tracking
  end
  return { shipMethod = label.ship_method, trackingNumbers = trackings, asked = order.label_asked }
end

local function summary(order)
  return {
    account = order.account,
    purchaseOrderNumber = order.purchaseOrderNumber,
    orderStatus = order.status,
    warehouse = order.warehouse.code,
    labels = order.warehouse.labels,
    lines = #order.lines,
    packages = order.packages,
    isPslipRequired = order.slip,
    acknowledged = order.acknowledged,
    label = label_of(order),
    confirmed = order.confirmation and order.confirmation.status,
    scans = order.scans and #order.scans or 0,
  }
end

local function list_orders(sim)
  local texts = {}
  for _, account in ipairs(sim.world.account_list) do
    for _, order in ipairs(account.list) do
      texts[#texts + 1] = sim.json:encode(summary(order))
    end
  end
  return answer(200, '{"orders":' .. sim.json.list(texts) .. "}")
end

local function add_orders(sim, request)
  return control_reply.made(sim, body_of(sim, request), function(...)
    return sim.world:add_orders(...)
  end, "purchaseOrderNumbers", "purchaseOrderNumber")
end

local function set_faults(sim, request)
  local ok, message = sim.faults:set(body_of(sim, request).faults or {})
  return ok and answer(200, "{}") or refuse(sim, message)
end

local function cancel(sim, request)
  local body = body_of(sim, request)
  if body.shipmentId then
    return control_shipments.handle(sim, "cancel", body)
  end
  local order = sim:order(tostring(body.purchaseOrderNumber), body.account)
  if not order then
    return refuse(sim, "purchaseOrderNumber is not known")
  elseif not sim.world:cancel(order) then
    return refuse(sim, "the order is " .. order.status .. " already")
  end
  return answer(200, sim.json:encode(summary(order)))
end

local paths = {
  ["GET /sim/ledger"] = function(sim)
    return answer(200, sim.json:encode(sim:ledger()))
  end,
  ["GET /sim/orders"] = list_orders,
  ["GET /sim/floor"] = function(sim)
    local decisions = floor.all(sim)
    decisions.shipments = shipment_floor.all(sim)
    return answer(200, sim.json:encode(decisions))
  end,
  ["POST /sim/orders"] = add_orders,
  ["POST /sim/faults"] = set_faults,
  ["POST /sim/cancel"] = cancel,
}

-- What sim.control_shipments answers: the last part of the path.
for method, names in pairs(control_shipments.paths) do
  for _, name in ipairs(names) do
    paths[method .. " /sim/" .. name] = function(sim, request)
      return control_shipments.handle(sim, method .. " " .. name, body_of(sim, request))
    end
  end
end

--- Answers a control request.
---@param sim sim.Amazon
---@param request sim.Request
---@return sim.Response
function control.handle(sim, request)
  local handler = paths[request.method .. " " .. request.path]
  if not handler then
    return answer(404, sim.json:encode({ error = "no such path; there are /sim/ledger, "
      .. "/sim/orders, /sim/shipments, /sim/floor, /sim/faults, /sim/cancel, /sim/move and "
      .. "/sim/unlabel" }))
  end
  return handler(sim, request)
end

return control
