--- What the specs of the vendor workflow share: a small warehouse, what Amazon received, and the
--- effects of one order.
local cjson = require("cjson")
local test = require("dray.test")

local support = {}

--- One order for each of the two warehouses of test.account, due today, one line, one box, nothing
--- special.
local QUIET = { several_lines = 0, several_boxes = 0, gift = 0, slip = 0, scheduled = 0,
  priority = 0, tomorrow = 0, flip = 0 }

local WRITES = {
  submitAcknowledgement = "orderAcknowledgements",
  submitShippingLabelRequest = "shippingLabelRequests",
  submitShipmentConfirmations = "shipmentConfirmations",
  submitShipmentStatusUpdates = "shipmentStatusUpdates",
}

local PATHS = {
  ["/vendor/directFulfillment/orders/v1/acknowledgements"] = "submitAcknowledgement",
  ["/vendor/directFulfillment/shipping/v1/shippingLabels"] = "submitShippingLabelRequest",
  ["/vendor/directFulfillment/shipping/v1/shipmentConfirmations"] = "submitShipmentConfirmations",
  ["/vendor/directFulfillment/shipping/v1/shipmentStatusUpdates"] = "submitShipmentStatusUpdates",
}

-- Keeps every element of every write that reaches Amazon, whatever becomes of its answer.
local function record(host)
  local amazon = host.amazon
  local handle = amazon.handle
  host.received = {}
  function amazon:handle(request)
    local operation = request.method == "POST" and PATHS[request.path]
    local response = handle(self, request)
    if operation and response.trouble ~= "hang_up_before" then
      local list = host.received[operation] or {}
      host.received[operation] = list
      local body = cjson.decode(request.body)
      for _, element in ipairs(body[WRITES[operation]]) do
        list[#list + 1] = element
      end
    end
    return response
  end
end

local function filled(given, default)
  local out = {}
  for key, value in pairs(default) do
    out[key] = value
  end
  for key, value in pairs(given or {}) do
    out[key] = value
  end
  return out
end

--- A host as test.host makes it, over a quiet Amazon: nothing that the spec does not ask for.
--- host.received holds the elements of all writes by operation.
---@param options? dray.test.Options with `share`, of the simulator
---@return dray.test.Host
function support.host(options)
  options = filled(options, { orders = 2 })
  options.sim = filled(options.sim, { share = filled(options.share, QUIET) })
  local host = test.host(options)
  record(host)
  return host
end

--- Amazon's own record of the first order of a warehouse, which a spec may change before it is
--- first read.
---@param host dray.test.Host
---@param warehouse? string "DEL4", which uses Amazon's labels; "BER3" has its own carrier
---@param account? string
---@return sim.Order
function support.order(host, warehouse, account)
  local known = host.amazon.world.account_list[1]
  if account then
    known = host.amazon.world.accounts[account]
  end
  for _, order in ipairs(known.list) do
    if order.warehouse.code == (warehouse or "DEL4") then
      return order
    end
  end
  error("no order for " .. tostring(warehouse))
end

--- Runs a script that must succeed; $PO stands for the order's number.
---@param host dray.test.Host
---@param text string
---@param order? sim.Order
---@param timeout? string
function support.run(host, text, order, timeout)
  local result = host:run((text:gsub("%$PO", order and order.purchaseOrderNumber or "")), nil,
    timeout)
  assert(result.ok, result.error)
end

--- Runs a script that must fail; gives what it says.
---@param host dray.test.Host
---@param text string
---@param order? sim.Order
---@return string
function support.fails(host, text, order)
  local result = host:run((text:gsub("%$PO", order and order.purchaseOrderNumber or "")))
  assert(not result.ok, "the script was expected to fail")
  return result.error
end

--- The effects of an order and a verb, by revision.
---@param host dray.test.Host
---@param order sim.Order
---@param verb string
---@return table[]
function support.effects(host, order, verb)
  local out = {}
  for _, effect in ipairs(host:effects()) do
    if effect.order == order.purchaseOrderNumber and effect.account == order.account
      and effect.verb == verb then
      out[#out + 1] = effect
    end
  end
  return out
end

--- The newest effect of an order and a verb.
---@param host dray.test.Host
---@param order sim.Order
---@param verb string
---@return table?
function support.effect(host, order, verb)
  local all = support.effects(host, order, verb)
  return all[#all]
end

--- dray's own row of an order.
---@param host dray.test.Host
---@param order sim.Order
---@return table?
function support.row(host, order)
  for _, row in ipairs(host:orders()) do
    if row.purchaseOrderNumber == order.purchaseOrderNumber and row.account == order.account then
      return row
    end
  end
end

--- What Amazon was told about an order: see sim.Count.
---@param host dray.test.Host
---@param order sim.Order
---@param what "acknowledgement"|"label"|"confirmation"|"scans"
---@param package? string
---@return sim.Count
function support.told(host, order, what, package)
  return host.amazon:told(order.account, order.purchaseOrderNumber, what, package)
end

--- The elements that reached Amazon about an order.
---@param host dray.test.Host
---@param order sim.Order
---@param operation string
---@return table[]
function support.received(host, order, operation)
  local out = {}
  for _, element in ipairs(host.received[operation] or {}) do
    if element.purchaseOrderNumber == order.purchaseOrderNumber then
      out[#out + 1] = element
    end
  end
  return out
end

--- Everything that the log says of an order, one entry a line, for a spec to search.
---@param host dray.test.Host
---@param order sim.Order
---@return string
function support.story(host, order)
  local lines = {}
  for i, entry in ipairs(host:log(order.purchaseOrderNumber)) do
    local detail = entry.detail or {}
    lines[i] = ("%s %s %s %s"):format(entry.what, detail.verb or "", detail.why or "",
      detail.evidence or "")
  end
  return table.concat(lines, "\n")
end

--- Whether a text holds another, letter by letter.
---@param text string?
---@param part string
---@return boolean
function support.says(text, part)
  return text ~= nil and text:find(part, 1, true) ~= nil
end

--- Changes what Amazon shows as labels, element by element, from now on.
---@param host dray.test.Host
---@param change fun(element: table): table? another element instead; nil keeps the changed one
function support.labels(host, change)
  local papers = host.amazon.papers
  local original = getmetatable(papers).label
  function papers:label(label)
    local element = cjson.decode(original(self, label))
    return cjson.encode(change(element) or element)
  end
end

--- Amazon's pages are this short until the end of the spec.
---@param limit integer
---@param finally fun(restore: function) busted's
function support.pages(limit, finally)
  local page = require("sim.page")
  local take = page.take
  finally(function() page.take = take end)
  page.take = function(listing)
    listing.limit = limit
    return take(listing)
  end
end

--- Amazon answers these reads with these texts until the end of the spec, or until the function
--- that is given back is called.
---@param texts table<string, string> by operation
---@param finally fun(restore: function) busted's
---@return function restore
function support.answers(texts, finally)
  local routes, reads = require("sim.routes").by_name, {}
  local function restore()
    for operation, read in pairs(reads) do routes[operation].read = read end
  end
  finally(restore)
  for operation, text in pairs(texts) do
    reads[operation] = routes[operation].read
    routes[operation].read = function() return text end
  end
  return restore
end

--- Somebody sets dray's clock; Amazon's goes on as it was.
---@param host dray.test.Host
---@param by string "-1h"
function support.jump(host, by)
  local settings = host.amazon.world.settings
  local clock, before = settings.clock, host:now()
  host:jump(by)
  local moved = host:now() - before
  settings.clock = function() return clock() - moved end
end

--- Latest labels that dray keeps of an order.
---@param host dray.test.Host
---@param order sim.Order
---@return table[]
function support.latest(host, order)
  local out = {}
  for _, document in ipairs(host:documents()) do
    if document.order == order.purchaseOrderNumber and document.kind == "label"
      and document.latest then
      out[#out + 1] = document
    end
  end
  return out
end

--- Gives an order these quantities, one line each; the ids are those of places.goods.
---@param order sim.Order
---@param quantities integer[]
function support.lines(order, quantities)
  local goods = require("sim.places").goods
  order.lines = {}
  for i, quantity in ipairs(quantities) do
    order.lines[i] = { line = i, sequence = ("%05d"):format(i), asin = goods[i].asin,
      sku = goods[i].sku, title = goods[i].title, quantity = quantity, cents = goods[i].cents,
      grams = goods[i].grams }
  end
  order.text = nil
end

return support
