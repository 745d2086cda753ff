-- An Amazon on a clock that the spec moves, and a client that knows its manners.

local amazon = require("sim.amazon")
local cjson = require("cjson")
local instant = require("sim.instant")

local support = {}

support.START = instant.parse("2026-11-23T09:00:00Z")

support.documents = {
  zpl = function(order, tracking, method)
    return "Wlp" .. table.concat({ order, tracking, (method:gsub("[^%w]", "")) }, "+")
  end,
  png = function(order, tracking)
    return "UE5H" .. order .. "/" .. tracking
  end,
  pdf = function(title, lines)
    return "UERG" .. title:gsub("[^%w]", "") .. #lines
  end,
}

support.account = {
  id = "acme",
  refresh_token = "Atzr|acme",
  client_id = "client",
  client_secret = "secret",
  selling_party = "ACME1",
  orders = 4,
  warehouses = {
    { code = "AMZL", labels = "amazon", formats = { "ZPL" }, country = "IN", zone = "Asia/Kolkata",
      standard = "X12" },
    { code = "OWNC", labels = "own", formats = { "ZPL" }, country = "DE", zone = "Europe/Berlin",
      standard = "EDIFACT" },
  },
}

-- Fixed delays, so that a spec can say when something is there.
support.delays = {
  acknowledgement = { 60000, 60000 }, label = { 120000, 120000 }, transaction = { 30000, 30000 },
  slip = { 90000, 90000 }, invoice = { 90000, 90000 }, status = { 60000, 60000 },
}

local client = {}
client.__index = client

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

--- A client with its own Amazon; `options` beat what a spec usually wants.
function support.client(options)
  local self = setmetatable({ now = support.START, tokens = {} }, client)
  self.amazon = amazon.new(filled(options, {
    clock = function()
      return self.now
    end,
    cjson = cjson,
    documents = support.documents,
    accounts = { support.account },
    delays = support.delays,
    share = { tomorrow = 0, several_lines = 0.5, several_boxes = 0.5, gift = 0.5, slip = 0.5,
      scheduled = 0.2,
      priority = 0.2, flip = 1 },
    rate = 1000,
    burst = 1000,
  }))
  return self
end

function client:wait(seconds)
  self.now = self.now + seconds * 1000
end

function client:raw(method, path, more)
  local request = filled(more, { method = method, path = path, query = "" })
  request.headers = filled(more and more.headers, { ["user-agent"] = "spec/1 (Language=Lua)" })
  return self.amazon:handle(request)
end

function client:login(account)
  account = account or support.account
  local response = self:raw("POST", "/auth/o2/token", {
    headers = { ["content-type"] = "application/x-www-form-urlencoded;charset=UTF-8" },
    body = ("grant_type=refresh_token&refresh_token=%s&client_id=%s&client_secret=%s"):format(
      account.refresh_token:gsub("|", "%%7C"), account.client_id, account.client_secret),
  })
  assert(response.status == 200, response.body)
  return cjson.decode(response.body).access_token
end

support.ORDERS = "/vendor/directFulfillment/orders/v1/"
support.SHIPPING = "/vendor/directFulfillment/shipping/v1/"
support.TRANSACTIONS = "/vendor/directFulfillment/transactions/v1/transactions/"

support.restricted = {
  support.ORDERS .. "purchaseOrders", support.ORDERS .. "purchaseOrders/{purchaseOrderNumber}",
  support.SHIPPING .. "shippingLabels", support.SHIPPING .. "shippingLabels/{purchaseOrderNumber}",
  support.SHIPPING .. "packingSlips", support.SHIPPING .. "packingSlips/{purchaseOrderNumber}",
  support.SHIPPING .. "customerInvoices", support.SHIPPING
    .. "customerInvoices/{purchaseOrderNumber}",
}

function client:restrict(paths, lwa)
  local resources = {}
  for i, path in ipairs(paths or support.restricted) do
    resources[i] = { method = "GET", path = path }
  end
  return self:raw("POST", "/tokens/2021-03-01/restrictedDataToken", {
    headers = { ["x-amz-access-token"] = lwa or self:lwa(), ["content-type"] = "application/json" },
    body = cjson.encode({ restrictedResources = resources }),
  })
end

function client:lwa()
  self.tokens.lwa = self.tokens.lwa or self:login()
  return self.tokens.lwa
end

function client:rdt()
  self.tokens.rdt = self.tokens.rdt or cjson.decode(self:restrict().body).restrictedDataToken
  return self.tokens.rdt
end

--- A read with the right token; gives the decoded reply and the response.
function client:get(path, params, headers)
  local plain = path:find("/transactions/", 1, true)
  local response = self:raw("GET", path, {
    query = params or "",
    headers = filled(headers, { ["x-amz-access-token"] = plain and self:lwa() or self:rdt() }),
  })
  local ok, body = pcall(cjson.decode, response.body)
  return ok and (body.payload or body) or nil, response
end

--- A write; a table is encoded first.
function client:post(path, body, headers)
  local response = self:raw("POST", path, {
    headers = filled(headers, { ["x-amz-access-token"] = self:lwa(),
      ["content-type"] = "application/json" }),
    body = type(body) == "table" and cjson.encode(body) or body,
  })
  local ok, reply = pcall(cjson.decode, response.body)
  return ok and (reply.payload or reply) or nil, response
end

--- createdAfter and createdBefore around now, as a query.
function client:window(before_hours)
  return ("createdAfter=%s&createdBefore=%s"):format(
    instant.text(self.now - (before_hours or 24) * 3600000), instant.text(self.now))
end

--- What a transaction says: status, first error.
function client:transaction(reply)
  local body = self:get(support.TRANSACTIONS .. reply.transactionId)
  local t = body.transactionStatus
  return t.status, t.errors and t.errors[1]
end

--- The n-th order of a warehouse, as the world has it.
function client:order(warehouse, n)
  n = n or 1
  for _, order in ipairs(self.amazon.world.account_list[1].list) do
    if order.warehouse.code == warehouse then
      n = n - 1
      if n == 0 then
        return order
      end
    end
  end
  error("the spec wants an order of " .. warehouse .. " that is not there")
end

local function parties(order)
  return {
    purchaseOrderNumber = order.purchaseOrderNumber,
    sellingParty = { partyId = "ACME1" },
    shipFromParty = { partyId = order.warehouse.code },
  }
end

function client:acknowledgement(order, code)
  local element = parties(order)
  element.vendorOrderNumber = "V" .. order.purchaseOrderNumber
  element.acknowledgementDate = instant.text(self.now)
  element.acknowledgementStatus = { code = code or "00" }
  element.itemAcknowledgements = {}
  for i, line in ipairs(order.lines) do
    element.itemAcknowledgements[i] = {
      itemSequenceNumber = line.sequence,
      buyerProductIdentifier = line.asin,
      vendorProductIdentifier = line.sku,
      acknowledgedQuantity = { amount = line.quantity, unitOfMeasure = "Each" },
    }
  end
  return element
end

client.label_request = function(_, order)
  return parties(order)
end

-- All units in the first of `trackings`' boxes but one unit in each of the others.
local function containers_of(order, trackings, method)
  local units = {}
  for _, line in ipairs(order.lines) do
    for _ = 1, line.quantity do
      units[#units + 1] = line.line
    end
  end
  local out = {}
  for i, tracking in ipairs(trackings) do
    local packed = {}
    for _ = 1, i == #trackings and #units or 1 do
      packed[#packed + 1] = { itemSequenceNumber = table.remove(units, 1),
        packedQuantity = { amount = 1, unitOfMeasure = "Each" } }
    end
    out[i] = {
      containerIdentifier = ("%03d"):format(i), containerType = "carton", trackingNumber = tracking,
      shipMethod = method, carrier = "DHL", weight = { unitOfMeasure = "KG", value = "1.4" },
      packedItems = packed,
    }
  end
  return out
end

function client:confirmation(order, status)
  local element = parties(order)
  element.shipmentDetails = { shippedDate = instant.text(self.now), shipmentStatus = status
    or "SHIPPED" }
  element.items = {}
  for i, line in ipairs(order.lines) do
    element.items[i] = {
      itemSequenceNumber = line.line,
      buyerProductIdentifier = line.asin,
      vendorProductIdentifier = line.sku,
      shippedQuantity = { amount = line.quantity, unitOfMeasure = "Each" },
    }
  end
  local trackings, method = { "JJD1" }, "DHL_PAKET"
  if order.label then
    trackings, method = {}, order.label.ship_method
    for i, package in ipairs(order.label.packages) do
      trackings[i] = package.tracking
    end
  end
  element.containers = containers_of(order, trackings, method)
  return element
end

function client:scan(order, tracking, status, reason)
  local element = parties(order)
  element.statusUpdateDetails = {
    trackingNumber = tracking, statusCode = status, reasonCode = reason,
    statusDateTime = instant.text(self.now),
    statusLocationAddress = { city = "Berlin", postalCode = "10115", stateOrRegion = "Berlin",
      countryCode = "DE" },
  }
  return element
end

function client:acknowledge(...)
  return self:post(support.ORDERS .. "acknowledgements", { orderAcknowledgements = { ... } })
end

function client:request_labels(...)
  return self:post(support.SHIPPING .. "shippingLabels", { shippingLabelRequests = { ... } })
end

function client:confirm(...)
  return self:post(support.SHIPPING .. "shipmentConfirmations", { shipmentConfirmations = { ... } })
end

function client:report(...)
  return self:post(support.SHIPPING .. "shipmentStatusUpdates", { shipmentStatusUpdates = { ... } })
end

--- Brings an order as far as accepted.
function client:accepted(order)
  assert(self:acknowledge(self:acknowledgement(order)).transactionId)
  self:wait(60)
  return self.amazon:order(order.purchaseOrderNumber)
end

--- Brings an order of Amazon's labels as far as labelled.
function client:labelled(order)
  self:accepted(order)
  assert(self:request_labels(self:label_request(order)).transactionId)
  self:wait(120)
  return self.amazon:order(order.purchaseOrderNumber)
end

--- Brings an order of the own carrier as far as shipped.
function client:shipped(order)
  self:accepted(order)
  assert(self:confirm(self:confirmation(order)).transactionId)
  self:wait(60)
  return self.amazon:order(order.purchaseOrderNumber)
end

return support
