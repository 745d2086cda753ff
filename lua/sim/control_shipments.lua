-- Paths below /sim/ about shipments: what there is, new ones, a customer's cancellation, another
-- tool that moves one on, a label that Amazon takes back.

local control_reply = require("sim.control_reply")

local control_shipments = {}

---@type table<string, string[]> by method
control_shipments.paths = { GET = { "shipments" }, POST = { "shipments", "move", "unlabel" } }

local answer, refuse = control_reply.answer, control_reply.refuse

local function package_of(package)
  local label = package.label
  return {
    id = package.body.id,
    status = package.status,
    trackingId = label and label.tracking,
    shippingOptionId = label and label.option and label.option.shippingOptionId,
    voided = package.voided,
  }
end

local function summary(sim, shipment)
  local packages = {}
  for i, package in ipairs(shipment.packages) do
    packages[i] = package_of(package)
  end
  local words = sim.json:encode({
    account = shipment.account,
    shipmentId = shipment.id,
    locationId = shipment.location.id,
    program = shipment.location.program,
    status = shipment.status,
    subStatus = shipment.sub_status,
    invoice = shipment.invoice and shipment.invoice.id,
    invoiceNeeded = shipment.needs_invoice,
    lines = #shipment.lines,
  })
  return words:sub(1, -2) .. ',"packages":' .. sim.json:array(packages) .. "}"
end

local handlers = {}

handlers["GET shipments"] = function(sim)
  local texts = {}
  sim.world:settle()
  for _, account in ipairs(sim.world.account_list) do
    for _, shipment in ipairs(account.shipment_list) do
      texts[#texts + 1] = summary(sim, shipment)
    end
  end
  return answer(200, '{"shipments":' .. sim.json.list(texts) .. "}")
end

handlers["POST shipments"] = function(sim, body)
  return control_reply.made(sim, body, function(...)
    return sim.world:add_shipments(...)
  end, "shipmentIds", "id")
end

-- Does something to the shipment that the body names.
local function on_shipment(sim, body, fn)
  local shipment = sim:shipment(tostring(body.shipmentId), body.account)
  if not shipment then
    return refuse(sim, "shipmentId is not known")
  elseif not fn(shipment) then
    return refuse(sim, "the shipment is " .. shipment.status)
  end
  return answer(200, summary(sim, shipment))
end

handlers.cancel = function(sim, body)
  return on_shipment(sim, body, function(shipment) return sim.outside:cancel(shipment) end)
end

handlers["POST move"] = function(sim, body)
  return on_shipment(sim, body, function(shipment)
    if body.to then
      return sim.outside:move(shipment, body.to)
    end
    return sim.outside:step(shipment)
  end)
end

handlers["POST unlabel"] = function(sim, body)
  return on_shipment(sim, body, function(shipment)
    local sub_status = body.subStatus == "PENDING_SCHEDULE" and body.subStatus or "LABEL_CANCELED"
    return sim.outside:take_label_back(shipment, sub_status)
  end)
end

--- Answers a control request about shipments.
---@param sim sim.Amazon
---@param name string "GET shipments", "cancel", …
---@param body table
---@return sim.Response
function control_shipments.handle(sim, name, body)
  return handlers[name](sim, body)
end

return control_shipments
