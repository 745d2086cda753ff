-- Where a shipment stands: its status follows its packages, a workflow runs after most writes, and
-- while it runs nothing else is taken.

local refusal = require("sim.refusal")

local shipment_state = {}

-- How far a package is.
local RANK = { CREATED = 1, PICKUP_SLOT_RETRIEVED = 2, INVOICE_GENERATED = 3,
  SHIPLABEL_GENERATED = 4, SHIPPED = 5, DELIVERED = 6 }

local ORDER = { CREATED = 1, ACCEPTED = 2, CONFIRMED = 3, PACKAGE_CREATED = 4,
  PICKUP_SLOT_RETRIEVED = 5, INVOICE_GENERATED = 6, SHIPLABEL_GENERATED = 7, SHIPPED = 8,
  DELIVERED = 9 }

--- 409: it is done, or being done.
---@param details string
function shipment_state.duplicate(details)
  refusal.raise(409, "DuplicateRequest", "The request is a duplicate.", details)
end

--- 422: not in this state, or not with this content.
---@param details string
function shipment_state.unprocessable(details)
  refusal.raise(422, "UnprocessableEntity", "Unable to process the contained instructions.",
    details)
end

--- 404: a shipment, a package, a document.
---@param what string
function shipment_state.not_found(what)
  refusal.raise(404, "NotFound", "The entity or artifact is not found or not accessible.", what)
end

--- The shipment that a call is about.
---@param call sim.Call
---@return sim.Shipment
function shipment_state.of(call)
  local shipment = call.account.shipments[call.ids.shipment]
  if not shipment then
    shipment_state.not_found("shipmentId is not known")
  end
  return shipment
end

--- The shipment of a write: nothing else may be under way, and it must not be over.
---@param call sim.Call
---@return sim.Shipment
function shipment_state.open(call)
  local shipment = shipment_state.of(call)
  if shipment.busy == call.operation.name then
    shipment_state.duplicate("the same operation is still in progress")
  elseif shipment.busy then
    refusal.raise(409, "ServerBusy", "A workflow is running; the request is ignored.",
      shipment.busy)
  elseif shipment.status == "CANCELLED" then
    shipment_state.unprocessable("the shipment is CANCELLED")
  end
  return shipment
end

--- A new status, with or without a sub-status.
---@param shipment sim.Shipment
---@param now integer
---@param status string
---@param sub_status? string
function shipment_state.set(shipment, now, status, sub_status)
  shipment.status, shipment.sub_status, shipment.updated_ms = status, sub_status, now
end

--- The status that its packages give it: that of the one that is behind.
---@param shipment sim.Shipment
---@param now integer
---@param sub_status? string
function shipment_state.follow(shipment, now, sub_status)
  local behind
  for _, package in ipairs(shipment.packages) do
    if not behind or RANK[package.status] < RANK[behind] then
      behind = package.status
    end
  end
  local status = behind == "CREATED" and "PACKAGE_CREATED" or behind
  shipment_state.set(shipment, now, status, sub_status)
end

--- How far a package or a shipment with packages is: 1 to 6; 0 for less.
---@param status string
---@return integer
function shipment_state.rank(status)
  return RANK[status] or status == "PACKAGE_CREATED" and 1 or 0
end

--- Where a shipment's status stands on its way: 1 to 9; beyond them when it is over or unknown.
---@param status string
---@return integer
function shipment_state.order(status)
  return ORDER[status] or math.maxinteger
end

--- Does the work of a write later; until then the shipment is as it was and takes nothing else. Who
--- cancels it meanwhile wins.
---@param world sim.World
---@param shipment sim.Shipment
---@param call sim.Call
---@param fn fun(now: integer)
function shipment_state.work(world, shipment, call, fn)
  shipment.busy = call.operation.name
  world:after("workflow", function(due)
    shipment.busy = nil
    if shipment.status ~= "CANCELLED" then
      fn(due)
    end
  end)
end

--- The valid label of a package is void from now on.
---@param package sim.Package
function shipment_state.void_label(package)
  if package.label then
    package.label.void = true
    package.label = nil
    package.voided = package.voided + 1
  end
end

return shipment_state
