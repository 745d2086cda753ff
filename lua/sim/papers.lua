-- Labels, packing slips and invoices as Amazon sends them. Their base64 is made when it is first
-- asked for and kept for the last few only.

local places = require("sim.places")
local units = require("sim.units")

---@class sim.Papers
local papers = {}
papers.__index = papers

local KEPT = 1000

---@param documents { zpl: function, png: function, pdf: function }
---@param json sim.Json
---@return sim.Papers
function papers.new(documents, json)
  return setmetatable({ documents = documents, json = json, kept = {}, ring = {}, at = 0 }, papers)
end

-- The text under a key, made by `make` when it is not there any more.
local function remember(self, key, make)
  local text = self.kept[key]
  if text then
    return text
  end
  text = make()
  self.at = self.at % KEPT + 1
  if self.ring[self.at] then
    self.kept[self.ring[self.at]] = nil
  end
  self.ring[self.at], self.kept[key] = key, text
  return text
end

--- The document of a key, made when it is asked for and not kept any more.
---@param key string
---@param make fun(): string base64
---@return string
function papers:keep(key, make)
  return remember(self, key, make)
end

local function content(self, label, package)
  local order = label.order
  return remember(self, package.tracking, function()
    local make = order.label_format == "ZPL" and self.documents.zpl or self.documents.png
    return make(order.purchaseOrderNumber, package.tracking, label.ship_method)
  end)
end

-- Base64 needs no escapes, so it is put in beside what the encoder made.
local function label_data(self, label, package)
  local place = places.of(label.order.warehouse.country)
  local words = self.json:encode({
    packageIdentifier = package.identifier,
    trackingNumber = package.tracking,
    shipMethod = label.ship_method,
    shipMethodName = place.method_names[label.ship_method],
  })
  return words:sub(1, -2) .. ',"content":"' .. content(self, label, package) .. '"}'
end

--- A ShippingLabel.
---@param label sim.Label
---@return string json
function papers:label(label)
  local data = {}
  for i, package in ipairs(label.packages) do
    data[i] = label_data(self, label, package)
  end
  local order = label.order
  local words = self.json:encode({
    purchaseOrderNumber = order.purchaseOrderNumber,
    sellingParty = { partyId = order.selling_party },
    shipFromParty = { partyId = order.warehouse.code },
    labelFormat = order.label_format,
  })
  return words:sub(1, -2) .. ',"labelData":' .. self.json.list(data) .. "}"
end

local function lines_of(order)
  local lines = {
    "Order " .. order.purchaseOrderNumber,
    "Ships from " .. order.warehouse.code,
    ("%d units"):format(units.of(order)),
  }
  for _, line in ipairs(order.lines) do
    lines[#lines + 1] = ("%d x %s"):format(line.quantity, line.asin or line.sku)
  end
  return lines
end

--- A PackingSlip.
---@param order sim.Order
---@return string json
function papers:slip(order)
  local key = "slip " .. order.account .. " " .. order.purchaseOrderNumber
  local text = remember(self, key, function()
    return self.documents.pdf("Packing slip " .. order.purchaseOrderNumber, lines_of(order))
  end)
  return ('{"purchaseOrderNumber":"%s","contentType":"application/pdf","content":"'):format(
    order.purchaseOrderNumber) .. text .. '"}'
end

--- A CustomerInvoice.
---@param order sim.Order
---@return string json
function papers:invoice(order)
  local key = "invoice " .. order.account .. " " .. order.purchaseOrderNumber
  local text = remember(self, key, function()
    return self.documents.pdf("Tax invoice " .. order.purchaseOrderNumber, lines_of(order))
  end)
  return '{"purchaseOrderNumber":"' .. order.purchaseOrderNumber .. '","content":"' .. text .. '"}'
end

return papers
