-- processShipment, createPackages, updatePackage, updatePackageStatus: judged at once, answered
-- 204, and done a little later.

local instant = require("sim.instant")
local query = require("sim.query")
local refusal = require("sim.refusal")
local shipment_packages = require("sim.shipment_packages")
local shipment_state = require("sim.shipment_state")
local shipments = require("sim.shipments")

local shipment_writes = {}

local function not_too_early(shipment, now)
  if shipment.earliest_ms and now < shipment.earliest_ms then
    shipment_state.unprocessable("earliestPackDateTime is in the future")
  end
end

-- ---- processShipment ----

--- The whole shipment is over, as all of its lines say.
---@param shipment sim.Shipment
---@param now integer
---@param kind string cancellationType
---@param why? string
function shipment_writes.cancel(shipment, now, kind, why)
  for _, line in ipairs(shipment.lines) do
    line.cancellation = { cancelledQuantity = line.quantity, cancellationType = kind,
      cancelledTimestamp = instant.text(now), cancellationReason = why }
  end
  shipment_state.set(shipment, now, "CANCELLED")
end

local function confirm(sim, call, shipment)
  if shipment.status == "CREATED" then
    shipment_state.unprocessable("the shipment is CREATED: there is not enough stock")
  elseif shipment.status ~= "ACCEPTED" then
    shipment_state.duplicate("the shipment is " .. shipment.status)
  end
  not_too_early(shipment, call.now)
  shipment_state.work(sim.world, shipment, call, function(due)
    shipment_state.set(shipment, due, "CONFIRMED")
  end)
end

local function may_reject(shipment)
  for _, status in ipairs(shipment.eligible) do
    if status == shipment.status then
      return true
    end
  end
  return false
end

-- All lines or none: nothing is rejected in part. Gives the reason.
local function check_rejection(shipment, lines)
  local named = {}
  for _, line in ipairs(lines) do
    named[line.lineItem.id] = line.lineItem.quantity or 0
  end
  for _, line in ipairs(shipment.lines) do
    local quantity = named[line.id]
    if not quantity or quantity ~= 0 and quantity ~= line.quantity then
      shipment_state.unprocessable("a shipment is rejected as a whole")
    end
  end
  return lines[1] and lines[1].reason
end

local function reject(sim, call, shipment)
  if not may_reject(shipment) then
    shipment_state.unprocessable("a shipment that is " .. shipment.status .. " is not rejected")
  end
  local lines = call.body and call.body.lineItems or {}
  local why = #lines > 0 and check_rejection(shipment, lines) or nil
  shipment_state.work(sim.world, shipment, call, function(due)
    shipment_writes.cancel(shipment, due, "SELLER_REJECTED", why)
  end)
end

--- CONFIRM or REJECT.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status
function shipment_writes.process(sim, call)
  query.only(call.params, { operation = true })
  local word = query.choice(call.params, "operation", { "CONFIRM", "REJECT" })
    or refusal.input("query parameter operation is missing")
  local shipment = shipment_state.open(call)
  if word == "CONFIRM" then
    confirm(sim, call, shipment)
  else
    reject(sim, call, shipment)
  end
  return 204
end

-- ---- packages ----

--- These are the shipment's packages from now on.
---@param shipment sim.Shipment
---@param bodies table[]
---@param now integer
function shipment_writes.pack(shipment, bodies, now)
  shipment.packages = {}
  for i, body in ipairs(bodies) do
    shipment.packages[i] = shipment_packages.new(body)
  end
  shipment_state.follow(shipment, now)
end

--- createPackages.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status
function shipment_writes.create(sim, call)
  query.only(call.params, {})
  local shipment = shipment_state.open(call)
  if #shipment.packages > 0 then
    shipment_state.duplicate("the packages are there")
  elseif shipment.status ~= "CONFIRMED" then
    shipment_state.unprocessable("the shipment is " .. shipment.status)
  end
  not_too_early(shipment, call.now)
  shipment_packages.judge(shipment, call.body.packages)
  shipment_state.work(sim.world, shipment, call, function(due)
    shipment_writes.pack(shipment, call.body.packages, due)
  end)
  return 204
end

-- The package of a call's path.
local function package_of(call, shipment)
  local package = shipments.package(shipment, call.ids.package)
  if not package then
    shipment_state.not_found("packageId is not known")
  end
  return package
end

-- All packages as they would be with the new one.
local function bodies_with(shipment, changed, body)
  local bodies = {}
  for i, package in ipairs(shipment.packages) do
    bodies[i] = package == changed and body or package.body
  end
  return bodies
end

--- Back to step 3: options, invoice and labels of the whole shipment are void.
---@param shipment sim.Shipment
---@param now integer
function shipment_writes.step_back(shipment, now)
  for _, package in ipairs(shipment.packages) do
    shipment_state.void_label(package)
    package.status, package.offered = "CREATED", nil
  end
  shipment.invoice = nil
  shipment_state.follow(shipment, now)
end

--- updatePackage.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status
function shipment_writes.update(sim, call)
  query.only(call.params, {})
  local shipment = shipment_state.open(call)
  local package = package_of(call, shipment)
  if call.body.id ~= package.body.id then
    refusal.input("the package's id cannot be changed")
  elseif shipment_state.rank(shipment.status) > 4 then
    shipment_state.unprocessable("the shipment is " .. shipment.status)
  end
  shipment_packages.judge(shipment, bodies_with(shipment, package, call.body))
  shipment_state.work(sim.world, shipment, call, function(due)
    package.body = shipment_packages.new(call.body).body
    shipment_writes.step_back(shipment, due)
  end)
  return 204
end

-- ---- updatePackageStatus ----

local function ship(package)
  if shipment_state.rank(package.status) >= 5 then
    shipment_state.duplicate("the package is " .. package.status)
  elseif not package.label then
    shipment_state.unprocessable("the package has no label")
  end
  return "SHIPPED"
end

-- What the seller's own courier saw.
local function deliver(shipment, package, sub_status)
  if shipment.shipping ~= "SELF" then
    shipment_state.unprocessable("Amazon's carrier reports the delivery")
  elseif package.status == "DELIVERED" then
    shipment_state.duplicate("the package is DELIVERED")
  elseif package.status ~= "SHIPPED" then
    shipment_state.unprocessable("the package is " .. package.status)
  end
  return sub_status == "DELIVERED" and "DELIVERED" or "SHIPPED"
end

-- The package's next status; refuses what is not a seller's to say.
local function next_status(shipment, package, body)
  if body.subStatus then
    return deliver(shipment, package, body.subStatus)
  elseif body.status ~= "SHIPPED" then
    refusal.input("status must be SHIPPED, or subStatus must be there")
  end
  return ship(package)
end

--- updatePackageStatus.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status
function shipment_writes.status(sim, call)
  query.only(call.params, {})
  local shipment = shipment_state.open(call)
  local package = package_of(call, shipment)
  local body = call.body
  local status = next_status(shipment, package, body)
  shipment_state.work(sim.world, shipment, call, function(due)
    package.status = status
    shipment.reason = body.reason
    shipment_state.follow(shipment, due, body.subStatus)
    sim.outside:shipped(shipment)
  end)
  return 204
end

return shipment_writes
