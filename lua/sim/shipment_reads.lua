-- getShipments and getShipment.

local instant = require("sim.instant")
local page = require("sim.page")
local query = require("sim.query")
local refusal = require("sim.refusal")
local shipment_state = require("sim.shipment_state")
local shipment_text = require("sim.shipment_text")

local shipment_reads = {}

shipment_reads.STATUSES = { "CREATED", "ACCEPTED", "CONFIRMED", "PACKAGE_CREATED",
  "PICKUP_SLOT_RETRIEVED", "INVOICE_GENERATED", "SHIPLABEL_GENERATED", "CANCELLED", "SHIPPED",
  "DELIVERED" }

local PARAMETERS = { status = true, locationId = true, marketplaceId = true, channelName = true,
  lastUpdatedAfter = true, lastUpdatedBefore = true, maxResults = true, paginationToken = true }

local function time(params, name)
  local ms = params[name] and instant.parse(params[name])
  if params[name] and not ms then
    refusal.input(name .. " is no ISO 8601 date-time")
  end
  return ms
end

local function shorter(params, name, most)
  if params[name] and utf8.len(params[name]) and utf8.len(params[name]) > most then
    refusal.input(("%s is longer than %d characters"):format(name, most))
  end
end

local function page_size(sim, params)
  local text = params.maxResults or "100"
  local size = text:find("^%d+$") and math.tointeger(tonumber(text))
  if not size or size < 1 or size > 100 then
    refusal.input("maxResults must be 1 to 100")
  end
  return math.min(size, sim.settings.page_max)
end

local function chosen(params, status)
  local after, before = time(params, "lastUpdatedAfter"), time(params, "lastUpdatedBefore")
  return function(shipment)
    return shipment.status == status
      and (not params.locationId or shipment.location.id == params.locationId)
      and (not params.channelName or shipment.channel == params.channelName)
      and (not params.marketplaceId or shipment_text.marketplace(shipment) == params.marketplaceId)
      and (not after or shipment.updated_ms >= after)
      and (not before or shipment.updated_ms <= before)
  end
end

--- getShipments.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status, string json
function shipment_reads.list(sim, call)
  local params = call.params
  query.only(params, PARAMETERS)
  shorter(params, "locationId", 36)
  shorter(params, "channelName", 10)
  local status = query.choice(params, "status", shipment_reads.STATUSES)
    or refusal.input("query parameter status is missing")
  local found, token = page.take({
    name = "getShipments",
    list = call.account.shipment_list,
    after = math.mininteger,
    before = math.maxinteger,
    limit = page_size(sim, params),
    filters = page.filters(params, { paginationToken = true }),
    keep = chosen(params, status),
    token = params.paginationToken,
    empty = sim.chance:chance(sim.settings.empty_pages),
  })
  local texts = {}
  for i, shipment in ipairs(found) do
    texts[i] = shipment_text.of(shipment, sim.json)
  end
  local next_page = token and sim.json:encode(token) or "null"
  return 200, ('{"pagination":{"nextToken":%s},"shipments":'):format(next_page)
    .. sim.json.list(texts) .. "}"
end

--- getShipment.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status, string json
function shipment_reads.one(sim, call)
  query.only(call.params, {})
  return 200, shipment_text.of(shipment_state.of(call), sim.json)
end

return shipment_reads
