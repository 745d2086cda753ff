-- A seller's Amazon on a clock that the spec moves, and a client that does the six steps.

local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local vendor = dofile(here .. "support.lua")
local places = dofile(here .. "external_places.lua")
local base64 = require("sim.base64")
local cjson = require("cjson")
local shipment_floor = require("sim.shipment_floor")

local support = { START = vendor.START }

support.FOLDER = "/externalFulfillment/2024-09-11/shipments"

support.delays = { workflow = { 5000, 5000 }, stock = { 60000, 60000 },
  pickup = { 3600000, 3600000 }, delivery = { 86400000, 86400000 } }

local function document(kind)
  return function(id, tracking)
    return base64.encode(("%s of %s %s"):format(kind, id, type(tracking) == "string" and tracking
      or #tracking .. " lines"))
  end
end

support.documents = { zpl = document("ZPL"), png = document("PNG"), pdf = document("PDF") }

local client = {}

--- A seller with one location and a client for it; `options` beat what a spec usually wants.
---@param where "flex"|"easy"|"self"|"courier"
---@param options? table with `location` and `share`
function support.client(where, options)
  options = options or {}
  local account = { id = "seller", program = "external", refresh_token = "Atzr|seller",
    client_id = "client", client_secret = "secret", shipments = options.shipments or 1,
    locations = { places.with(places[where], options.location) } }
  local more = places.with({ delays = support.delays, external_rate = 1000, external_burst = 1000,
    token_life_ms = 30 * 86400000,
    documents = support.documents, accounts = { account } }, options)
  more.share = places.with(places.quiet, options.share)
  local self = vendor.client(more)
  self.account = account
  for name, method in pairs(client) do
    self[name] = method
  end
  self.shipment = self.amazon.world.account_list[1].shipment_list[1]
  return self
end

--- A vendor's client, for the difference.
support.vendor = vendor.client

function client:token()
  self.tokens.lwa = self.tokens.lwa or self:login(self.account)
  return self.tokens.lwa
end

--- One call; gives the status and the decoded reply. `rest` follows the shipments' folder.
function client:call(method, rest, query, body, headers)
  local response = self:raw(method, support.FOLDER .. rest, {
    query = query or "",
    headers = places.with({ ["x-amz-access-token"] = self:token(),
      ["content-type"] = body and "application/json" or nil }, headers),
    body = type(body) == "table" and cjson.encode(body) or body,
  })
  local ok, reply = pcall(cjson.decode, response.body)
  return response.status, ok and reply or nil, response
end

--- A call about the first shipment.
function client:about(method, rest, ...)
  return self:call(method, "/" .. self.shipment.id .. rest, ...)
end

--- The shipment as Amazon shows it.
function client:look()
  local status, shipment = self:about("GET", "")
  assert(status == 200, "getShipment is answered " .. status)
  return shipment
end

function client:packages()
  return shipment_floor.packages(self.shipment)
end

--- The steps by name; each gives the status and the reply.
local steps = {}

function steps.confirm(self)
  return self:about("POST", "", "operation=CONFIRM")
end

function steps.pack(self)
  return self:about("POST", "/packages", "", { packages = self:packages() })
end

function steps.options(self)
  return self:about("GET", "/shippingOptions", "packageId=1")
end

function steps.invoice(self)
  return self:about("POST", "/invoice")
end

function steps.label(self, query, body, headers)
  return self:about("PUT", "/shipLabels", query or "operation=GENERATE", body, headers)
end

function steps.ship(self)
  return self:about("PATCH", "/packages/1", "", { status = "SHIPPED" })
end

for name, step in pairs(steps) do
  client[name] = step
end

--- Does steps by name, each until its workflow is over; gives the last reply.
function client:go(...)
  local reply
  for _, name in ipairs({ ... }) do
    local status
    status, reply = steps[name](self)
    assert(status < 300, ("%s is answered %d"):format(name, status))
    self:wait(5)
  end
  return reply
end

--- A GET of a label's URL, as a storage service gets it.
function client:fetch(url, headers)
  local path, query = url:match("^http://127%.0%.0%.1:8484([^?]+)%?(.*)$")
  assert(path, "the URL leads elsewhere: " .. url)
  return self:raw("GET", path, { query = query, headers = headers })
end

--- What Amazon was told about the shipment.
function client:told(what, package)
  return self.amazon:told("seller", self.shipment.id, what, package)
end

return support
