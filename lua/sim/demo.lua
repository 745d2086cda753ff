-- The Amazon that `dray sim` serves: one vendor account with a warehouse per country, one seller
-- with a location per program, the same credentials each time.

local cjson = require("cjson")
local faults = require("sim.faults")
local json = require("sim.json")
local routes = require("sim.routes")
local settings = require("sim.settings")

local demo = {}

demo.account = "acme"
demo.client_id = "amzn1.application-oa2-client.sim"
demo.client_secret = "sim"
demo.refresh_token = "Atzr|sim"
demo.selling_party = "ACME1"

---@type table<string, sim.Warehouse>
demo.warehouses = {
  IN = { code = "DEL4", labels = "amazon", formats = { "ZPL", "PNG" }, country = "IN",
    zone = "Asia/Kolkata",
    standard = "EDIFACT" },
  DE = { code = "BER3", labels = "own", formats = { "ZPL" }, country = "DE", zone = "Europe/Berlin",
    standard = "EDIFACT" },
  US = { code = "DAL3", labels = "own", formats = { "ZPL" }, country = "US",
    zone = "America/Chicago",
    standard = "X12" },
}

demo.seller = "acme-seller"
demo.seller_token = "Atzr|sim-seller"

---@type sim.Location[]
demo.locations = {
  { id = "XBLR", program = "seller_flex", country = "IN", zone = "Asia/Kolkata", format = "ZPL" },
  { id = "DEFAULT", program = "easy_ship", country = "IN", zone = "Asia/Kolkata", format = "PDF" },
  { id = "SELF", program = "self_ship", country = "DE", zone = "Europe/Berlin", format = "PNG",
    courier = true },
}

---@class sim.Flags the words of the command line
---@field orders integer
---@field shipments? integer none: there is no seller
---@field seed integer
---@field speed string instant, demo or real
---@field countries string[] empty: India and Germany
---@field programs? string[] of the seller; empty: all three
---@field faults string[] "KIND=RATE" or "OPERATION:KIND=RATE"
---@field rate? integer calls a second of every operation; 0: as Amazon has it
---@field plain? boolean one line, one box, nothing special: for measuring
---@field floor? string where the floor file is

-- "submitShipmentConfirmations:lost_after=0.05" as a rule.
local function rule_of(text)
  local operation, kind, rate = text:match("^(%a+):([%w_]+)=([%d.]+)$")
  if not operation then
    operation, kind, rate = "*", text:match("^([%w_]+)=([%d.]+)$")
  end
  local share = tonumber(rate)
  if not share or share > 1 then
    error(("--fault %s: expected KIND=RATE, the rate from 0 to 1: lost_after=0.05"):format(text), 0)
  elseif not faults.known(kind) then
    error(("--fault %s: there is no fault %q; there are %s"):format(text, kind, faults.names()), 0)
  elseif operation ~= "*" and not routes.by_name[operation] then
    error(("--fault %s: there is no operation %q"):format(text, operation), 0)
  end
  return { operation = operation, kind = kind, rate = share }
end

local function houses_of(countries)
  local houses = {}
  for i, country in ipairs(#countries > 0 and countries or { "IN", "DE" }) do
    houses[i] = demo.warehouses[country]
      or error(("--country %s: the simulator knows DE, IN and US"):format(country), 0)
  end
  return houses
end

local function has_seller(flags)
  return (flags.shipments or 0) > 0
end

-- Locations of the programs named; of all without a name.
local function locations_of(programs)
  local out = {}
  for _, location in ipairs(demo.locations) do
    local wanted = programs and programs[1] and programs or { location.program }
    for _, program in ipairs(wanted) do
      out[#out + 1] = program == location.program and location or nil
    end
  end
  if #out == 0 then
    error(("--program %s: the simulator knows seller_flex, easy_ship and self_ship"):format(
      programs[1]), 0)
  end
  return out
end

local function accounts_of(flags)
  local accounts = { {
    id = demo.account,
    client_id = demo.client_id,
    client_secret = demo.client_secret,
    refresh_token = demo.refresh_token,
    selling_party = demo.selling_party,
    warehouses = houses_of(flags.countries),
    orders = flags.orders,
  } }
  if has_seller(flags) then
    accounts[2] = {
      id = demo.seller,
      program = "external",
      client_id = demo.client_id,
      client_secret = demo.client_secret,
      refresh_token = demo.seller_token,
      locations = locations_of(flags.programs),
      shipments = flags.shipments,
    }
  end
  return accounts
end

-- How orders and shipments differ. What has to wait for hours or days is for real speed only.
local function shares_of(flags)
  if flags.plain then
    return settings.plain()
  end
  return flags.speed ~= "real" and { tomorrow = 0, early = 0 } or nil
end

--- Options of sim.amazon for the flags of the command.
---@param flags sim.Flags
---@return table
function demo.options(flags)
  if not settings.speeds[flags.speed] then
    error(("--speed %s: expected instant, demo or real"):format(flags.speed), 0)
  end
  local rate = flags.rate and flags.rate > 0 and flags.rate or nil
  local rules = {}
  for i, text in ipairs(flags.faults) do
    rules[i] = rule_of(text)
  end
  return {
    seed = flags.seed,
    speed = flags.speed,
    faults = rules,
    rate = rate,
    burst = rate,
    external_rate = rate,
    external_burst = rate,
    share = shares_of(flags),
    accounts = accounts_of(flags),
  }
end

local function codes_of(flags)
  local codes = {}
  for i, house in ipairs(houses_of(flags.countries)) do
    codes[i] = house.code
  end
  return codes
end

-- Ids of the seller's locations; nil without a seller.
local function location_ids(flags)
  if not has_seller(flags) then
    return nil
  end
  local ids = {}
  for i, location in ipairs(locations_of(flags.programs)) do
    ids[i] = location.id
  end
  return ids
end

--- The line that says that the simulator is ready.
---@param flags sim.Flags
---@param url string
---@param as_json boolean
---@return string
function demo.ready(flags, url, as_json)
  if not as_json then
    local seller = has_seller(flags) and (" and %d shipments (refreshToken %s)"):format(
      flags.shipments, demo.seller_token) or ""
    return ("Amazon is at %s with %d orders for %s%s, seed %d; clientId %s, clientSecret %s, "
      .. "refreshToken %s")
      :format(url, flags.orders, table.concat(codes_of(flags), ", "), seller, flags.seed,
        demo.client_id, demo.client_secret, demo.refresh_token)
  end
  return json.new(cjson):encode({
    url = url,
    orders = flags.orders,
    seed = flags.seed,
    speed = flags.speed,
    warehouses = codes_of(flags),
    floor = flags.floor,
    account = demo.account,
    sellingParty = demo.selling_party,
    clientId = demo.client_id,
    clientSecret = demo.client_secret,
    refreshToken = demo.refresh_token,
    seller = has_seller(flags) and demo.seller or nil,
    sellerToken = has_seller(flags) and demo.seller_token or nil,
    locations = location_ids(flags),
    shipments = flags.shipments,
  })
end

return demo
