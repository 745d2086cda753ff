-- External Fulfillment: its operations, where they live, and how a call of one is served.

local refusal = require("sim.refusal")
local shipment_invoice = require("sim.shipment_invoice")
local shipment_labels = require("sim.shipment_labels")
local shipment_options = require("sim.shipment_options")
local shipment_reads = require("sim.shipment_reads")
local shipment_writes = require("sim.shipment_writes")

local external = {}

local FOLDER = "/externalFulfillment/2024-09-11/shipments"

-- The packages that a write names, for the ledger.
local function created(call)
  local ids = {}
  for i, package in ipairs(call.body.packages) do
    ids[i] = package.id
  end
  return ids
end

local function labelled(call)
  if call.body and #call.body.packageIds > 0 then
    return call.body.packageIds
  end
  local ids, shipment = {}, call.account.shipments[call.ids.shipment]
  for i, package in ipairs(shipment and shipment.packages or {}) do
    ids[i] = package.body.id
  end
  return ids
end

local function one_package(call)
  return { call.ids.package }
end

-- A SHIPPED is told once per package, a step of a delivery may come again.
local function status_word(call)
  return call.body.subStatus or call.body.status or "nothing"
end

local function status_what(call)
  return call.body.subStatus and "delivery" or "shipped"
end

local function always(word)
  return function() return word end
end

local function operation_word(call)
  return call.params.operation or "nothing"
end

-- Method, rest of the path as a pattern, name, how it is served; of a write: its name in the
-- ledger, the word and the packages.
local ROWS = {
  { "GET", "", "getShipments", shipment_reads.list },
  { "GET", "/([^/]+)", "getShipment", shipment_reads.one },
  { "POST", "/([^/]+)", "processShipment", shipment_writes.process, body = "optional",
    what = always("processed"), word = operation_word },
  { "POST", "/([^/]+)/packages", "createPackages", shipment_writes.create, body = "required",
    what = always("packages"), word = always("created"), packages = created },
  { "PUT", "/([^/]+)/packages/(.+)", "updatePackage", shipment_writes.update, body = "required",
    what = always("updates"), word = always("updated"), packages = one_package },
  { "PATCH", "/([^/]+)/packages/(.+)", "updatePackageStatus", shipment_writes.status,
    body = "required", what = status_what, word = status_word, packages = one_package },
  { "GET", "/([^/]+)/shippingOptions", "retrieveShippingOptions", shipment_options.retrieve },
  { "POST", "/([^/]+)/invoice", "generateInvoice", shipment_invoice.generate,
    what = always("invoice"), word = always("generated") },
  { "GET", "/([^/]+)/invoice", "retrieveInvoice", shipment_invoice.retrieve },
  { "PUT", "/([^/]+)/shipLabels", "generateShipLabels", shipment_labels.generate,
    body = "optional", what = always("labels"), word = operation_word, packages = labelled },
}

---@type sim.Operation[]
external.list = {}

for i, row in ipairs(ROWS) do
  external.list[i] = {
    name = row[3], method = row[1], pattern = "^" .. row[2] .. "$", path = FOLDER .. row[2],
    status = 200, restricted = false, external = true, handle = row[4], body = row.body,
    what = row.what, word = row.word, packages = row.packages,
  }
end

--- The operation of a request, and the ids in its path.
---@param method string
---@param path string
---@return sim.Operation? operation, { shipment?: string, package?: string }? ids
function external.find(method, path)
  if path:sub(1, #FOLDER) ~= FOLDER then
    return nil
  end
  local rest = path:sub(#FOLDER + 1)
  for _, operation in ipairs(external.list) do
    local shipment, package = rest:match(operation.pattern)
    if shipment and operation.method == method then
      return operation, { shipment = shipment, package = package }
    end
  end
end

local function tell(sim, call, package, refused)
  sim.book:told({
    account = call.account.id,
    order = call.ids.shipment,
    what = call.operation.what(call),
    package = package,
    word = call.operation.word(call),
    refused = refused,
    duplicated = call.duplicated or false,
  })
end

-- Enters a write into the ledger, package by package where it is about packages.
local function enter(sim, call, refused)
  if not call.operation.packages then
    tell(sim, call, nil, refused)
    return
  end
  for _, package in ipairs(call.operation.packages(call)) do
    tell(sim, call, package, refused or call.failed and call.failed[package] or nil)
  end
end

--- Serves a call that was let in.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status, string body
function external.serve(sim, call)
  local ok, status, text = pcall(call.operation.handle, sim, call)
  if not ok and not refusal.is(status) then
    error(status, 0)
  elseif call.operation.what then
    enter(sim, call, not ok and status or nil)
  end
  if not ok then
    error(status, 0)
  end
  return status, text or ""
end

-- What befalls a shipment right before a call about it is handled, by the kind of fault.
local befall = {}

function befall.cancelled(sim, shipment)
  sim.outside:cancel(shipment)
end

function befall.moved(sim, shipment)
  sim.outside:step(shipment)
end

--- Plays the part of a fault that comes before the call.
---@param sim sim.Amazon
---@param account table
---@param way table
function external.befall(sim, account, way)
  local fn = way.fault and befall[way.fault.kind]
  local shipment = fn and way.ids and account.shipments[way.ids.shipment]
  if shipment then
    fn(sim, shipment)
  end
end

return external
