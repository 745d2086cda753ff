-- generateInvoice and retrieveInvoice: one PDF per shipment where its country wants one, after the
-- packages and, where there are slots, after the slot.

local query = require("sim.query")
local shipment_state = require("sim.shipment_state")
local units = require("sim.units")

local shipment_invoice = {}

local function check_ready(shipment)
  local least = shipment.location.program == "easy_ship" and 2 or 1
  if not shipment.needs_invoice then
    shipment_state.unprocessable("the shipment has no invoice of Amazon's")
  elseif shipment_state.rank(shipment.status) < least then
    shipment_state.unprocessable("the shipment is " .. shipment.status)
  elseif shipment.invoice then
    shipment_state.duplicate("the invoice is there")
  end
end

--- The invoice is there from now on.
---@param shipment sim.Shipment
---@param now integer
function shipment_invoice.make(shipment, now)
  shipment.invoices = (shipment.invoices or 0) + 1
  shipment.invoice = { id = ("IN-%s-%d"):format(shipment.id, shipment.invoices), created_ms = now }
  for _, package in ipairs(shipment.packages) do
    if shipment_state.rank(package.status) < 3 then
      package.status = "INVOICE_GENERATED"
    end
  end
  shipment_state.follow(shipment, now)
end

local function document(sim, shipment)
  local lines = { "Shipment " .. shipment.id, shipment.invoice.id }
  for _, line in ipairs(shipment.lines) do
    lines[#lines + 1] = ("%d x %s"):format(line.quantity, line.sku)
  end
  lines[#lines + 1] = ("%d units"):format(units.of(shipment))
  local content = sim.papers:keep("invoice " .. shipment.account .. " " .. shipment.invoice.id,
    function() return sim.settings.documents.pdf("Tax invoice " .. shipment.id, lines) end)
  return 200, '{"document":{"format":"PDF","content":"' .. content .. '"}}'
end

--- generateInvoice.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status, string json
function shipment_invoice.generate(sim, call)
  query.only(call.params, {})
  local shipment = shipment_state.open(call)
  check_ready(shipment)
  shipment_invoice.make(shipment, call.now)
  return document(sim, shipment)
end

--- retrieveInvoice.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status, string json
function shipment_invoice.retrieve(sim, call)
  query.only(call.params, {})
  local shipment = shipment_state.of(call)
  if not shipment.invoice then
    shipment_state.not_found("there is no invoice")
  end
  return document(sim, shipment)
end

return shipment_invoice
