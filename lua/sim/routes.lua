-- Amazon's operations: where they live, how often they may be called, which token they want.

local acknowledge = require("sim.acknowledge")
local confirm = require("sim.confirm")
local external = require("sim.external")
local label_files = require("sim.label_files")
local labels = require("sim.labels")
local reads = require("sim.reads")
local scans = require("sim.scans")

local routes = {}

---@class sim.Operation
---@field name string Amazon's operationId
---@field method string
---@field path string with {…} for one segment
---@field status integer of success
---@field rate number calls a second
---@field burst number
---@field restricted boolean wants a restricted data token
---@field bare boolean the use case guide shows its reply without `payload`
---@field open? boolean needs no token
---@field serve? fun(sim: sim.Amazon, request: sim.Request, way: table): integer, string, table?
---@field external? boolean External Fulfillment; see sim.external for the rest of such a row
---@field body? "required"|"optional" of External Fulfillment
---@field read? function
---@field kind? sim.Kind of a write

local ORDERS = "/vendor/directFulfillment/orders/v1/"
local SHIPPING = "/vendor/directFulfillment/shipping/v1/"
local TRANSACTIONS = "/vendor/directFulfillment/transactions/v1/"

local function read(name, path, restricted, bare)
  return { name = name, method = "GET", path = path, status = 200, restricted = restricted,
    bare = bare, read = reads[name] }
end

local function write(name, path, kind)
  return { name = name, method = "POST", path = path, status = 202, restricted = false, bare = true,
    kind = kind }
end

---@type sim.Operation[]
routes.list = {
  read("getOrders", ORDERS .. "purchaseOrders", true, false),
  read("getOrder", ORDERS .. "purchaseOrders/{purchaseOrderNumber}", true, false),
  write("submitAcknowledgement", ORDERS .. "acknowledgements", acknowledge),
  write("submitShippingLabelRequest", SHIPPING .. "shippingLabels", labels),
  read("getShippingLabels", SHIPPING .. "shippingLabels", true, true),
  read("getShippingLabel", SHIPPING .. "shippingLabels/{purchaseOrderNumber}", true, true),
  write("submitShipmentConfirmations", SHIPPING .. "shipmentConfirmations", confirm),
  write("submitShipmentStatusUpdates", SHIPPING .. "shipmentStatusUpdates", scans),
  read("getPackingSlips", SHIPPING .. "packingSlips", true, false),
  read("getPackingSlip", SHIPPING .. "packingSlips/{purchaseOrderNumber}", true, false),
  read("getCustomerInvoices", SHIPPING .. "customerInvoices", true, true),
  read("getCustomerInvoice", SHIPPING .. "customerInvoices/{purchaseOrderNumber}", true, false),
  read("getTransactionStatus", TRANSACTIONS .. "transactions/{transactionId}", false, false),
  { name = "createRestrictedDataToken", method = "POST",
    path = "/tokens/2021-03-01/restrictedDataToken",
    status = 200, restricted = false, bare = true, rate = 1, burst = 10 },
  { name = "lwaToken", method = "POST", path = "/auth/o2/token", status = 200, open = true,
    serve = function(sim, request)
      local status, body = sim.access:login(request, sim.world.now)
      return status, sim.json:encode(body)
    end },
  { name = "labelFile", method = "GET", path = label_files.FOLDER .. "{key}", status = 200,
    open = true, serve = label_files.serve },
}

---@type table<string, sim.Operation>
routes.by_name = {}

local exact, single = {}, {}
for _, operation in ipairs(routes.list) do
  routes.by_name[operation.name] = operation
  local folder = operation.path:match("^(.*/){[%w]+}$")
  local key = operation.method .. " " .. (folder or operation.path)
  if folder then
    single[key] = operation
  else
    exact[key] = operation
  end
end

for _, operation in ipairs(external.list) do
  routes.list[#routes.list + 1] = operation
  routes.by_name[operation.name] = operation
end

--- The operation of a request.
---@param method string
---@param path string
---@return sim.Operation? operation
---@return string? id the last segment, where the path ends with one
---@return { shipment: string?, package: string? }? ids of External Fulfillment
function routes.find(method, path)
  local operation = exact[method .. " " .. path]
  if operation then
    return operation
  end
  local folder, id = path:match("^(.*/)([^/]+)$")
  operation = folder and single[method .. " " .. folder]
  if operation then
    return operation, id
  end
  local ids
  operation, ids = external.find(method, path)
  return operation, nil, ids
end

return routes
