--- The project in the present folder, made ready for specs: its dray.lua with the simulator in the
--- place of Amazon and of every secret, its rule files, and accounts of the simulator that fit.
local lists = require("dray.lists")
local lfs = require("lfs")

local own = {}

-- Stands before the project's own text, on its first line: the words that name secrets give files
-- of the host, and every account is the simulator's.
local PRELUDE = [[
local dray_account, dray_file = account, file
local function account(id)
  return function(fields)
    fields.endpoint, fields.region = "http://127.0.0.1:8484", nil
    fields.credentials = { clientId = "client", clientSecret = dray_file(id .. ".secret"),
      refreshToken = dray_file(id .. ".token") }
    return dray_account(id)(fields)
  end
end ]]

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- A word that takes anything, also { ... } after a name.
local function anything()
  return function() return {} end
end

-- What dray.lua says, without any check: accounts by id, and the patterns of rule files.
local function survey(text)
  local accounts, patterns = {}, {}
  local words = setmetatable({
    account = function(id)
      return function(fields) accounts[#accounts + 1] = { id = id, fields = fields } end
    end,
    rules = function(pattern) patterns[#patterns + 1] = pattern end,
  }, { __index = function() return anything end })
  assert(load(text, "@dray.lua", "t", words))()
  return accounts, patterns
end

local COUNTRIES = { ["Asia/Kolkata"] = "IN" }

local function country(zone)
  return COUNTRIES[zone] or (zone:match("^America/") and "US") or "DE"
end

local function vendor(given, orders)
  local houses = {}
  for i, code in ipairs(lists.keys(given.fields.warehouses)) do
    local house = given.fields.warehouses[code]
    houses[i] = { code = code, labels = house.labels or "amazon", formats = { "ZPL" },
      country = country(house.zone), zone = house.zone, standard = house.codes or "X12" }
  end
  return { id = given.id, refresh_token = "Atzr|" .. given.id, client_id = "client",
    client_secret = "secret", selling_party = given.fields.sellingParty, orders = orders,
    warehouses = houses }
end

local function seller(given, shipments)
  local places = {}
  for i, id in ipairs(lists.keys(given.fields.locations)) do
    local zone = given.fields.locations[id].zone
    places[i] = { id = id, program = "seller_flex", country = country(zone), zone = zone,
      format = "ZPL" }
  end
  return { id = given.id, program = "external", refresh_token = "Atzr|" .. given.id,
    client_id = "client", client_secret = "secret", shipments = shipments, locations = places }
end

-- Every Lua file beside those that a pattern names: rules `use` their neighbours.
local function gather(files, pattern)
  local folder = pattern:match("^(.*)/[^/]*$") or "."
  for name in lfs.dir(folder) do
    if name:match("%.lua$") and name ~= "dray.lua" then
      files[folder .. "/" .. name] = read(folder .. "/" .. name)
    end
  end
end

--- Options of test.host for the project of this folder.
---@param orders integer orders or shipments of each account at the start
---@return table
function own.options(orders)
  local text = read("dray.lua")
  local accounts, patterns = survey(text)
  local out = { accounts = {}, files = {}, project = PRELUDE:gsub("\n%s*", " ") .. text }
  for i, given in ipairs(accounts) do
    local make = given.fields.program == "external" and seller or vendor
    out.accounts[i] = make(given, orders)
  end
  for _, pattern in ipairs(patterns) do gather(out.files, pattern) end
  return out
end

return own
