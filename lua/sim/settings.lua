-- The simulator's options and what they are when nobody says otherwise.

local settings = {}

---@class sim.Warehouse
---@field code string
---@field labels "amazon"|"own"
---@field formats ("ZPL"|"PNG")[]
---@field country string DE, IN or US
---@field zone string IANA name; what it means is options.zone_offset's business
---@field standard "X12"|"EDIFACT"

---@class sim.Account
---@field id string
---@field refresh_token string
---@field client_id string
---@field client_secret string
---@field program? "vendor"|"external"
---@field selling_party? string of a vendor
---@field warehouses? sim.Warehouse[] of a vendor
---@field orders? integer made at the start
---@field locations? sim.Location[] of a seller
---@field shipments? integer made at the start
---@field missing_roles? string[] operations that are answered 403
---@field restricted? "required"|"either"|"refused" are restricted tokens needed, given

---@class sim.Options
---@field clock fun(): integer UTC milliseconds
---@field cjson table the module
---@field documents { zpl: function, png: function, pdf: function } each gives base64
---@field seed? integer
---@field accounts sim.Account[]
---@field speed? "instant"|"demo"|"real"
---@field delays? table<string, integer[]> {min, max} ms; the names are those of settings.speeds
---@field rate? number calls a second of every operation
---@field burst? integer
---@field external_rate? number calls a second of every operation of External Fulfillment
---@field external_burst? integer
---@field url_life_ms? integer how long a label's URL is good for
---@field label_outcome? "status"|"isErrored" how a package's label says whether it was made
---@field token_life_ms? integer
---@field payload? "always"|"guide"
---@field bulk? "each"|"all" what becomes of good elements beside a bad one
---@field success? boolean false: transactions never say Success (as the v1 guide has it)
---@field page_max? integer
---@field empty_pages? number share of pages that come empty
---@field share? table<string, number>
---@field age_ms? integer[] {min, max} age of the first orders
---@field same_numbers? boolean
---@field zone_offset? fun(zone: string, utc_ms: integer): integer milliseconds east of UTC
---@field late_ms? integer
---@field faults? sim.Rule[]

local MINUTE, DAY = 60000, 86400000

settings.speeds = {
  instant = {
    acknowledgement = { 0, 0 }, label = { 0, 0 }, transaction = { 0, 0 }, slip = { 0, 0 },
    invoice = { 0, 0 }, status = { 0, 0 },
    workflow = { 0, 0 }, stock = { 0, 0 }, pickup = { 1000, 1000 }, delivery = { DAY, DAY },
  },
  demo = {
    acknowledgement = { 200, 1200 }, label = { 500, 2500 }, transaction = { 200, 1000 },
    slip = { 500, 2000 }, invoice = { 500, 2000 }, status = { 300, 1500 },
    workflow = { 200, 1000 }, stock = { 2000, 5000 }, pickup = { 3000, 9000 },
    delivery = { 20000, 60000 },
  },
  real = {
    acknowledgement = { MINUTE, 10 * MINUTE }, label = { 2 * MINUTE, 14 * MINUTE },
    transaction = { MINUTE, 9 * MINUTE }, slip = { 2 * MINUTE, 20 * MINUTE },
    invoice = { 2 * MINUTE, 20 * MINUTE }, status = { MINUTE, 10 * MINUTE },
    workflow = { 2000, 20000 }, stock = { 20 * MINUTE, 180 * MINUTE },
    pickup = { 30 * MINUTE, 240 * MINUTE }, delivery = { DAY, 3 * DAY },
  },
}

local DEFAULT = {
  seed = 1,
  speed = "real",
  rate = 10,
  burst = 10,
  token_life_ms = 3600000,
  payload = "always",
  bulk = "each",
  success = true,
  page_max = 100,
  empty_pages = 0,
  age_ms = { 15 * MINUTE, 240 * MINUTE },
  late_ms = 120000,
  external_rate = 1,
  external_burst = 1,
  url_life_ms = 5 * MINUTE,
  label_outcome = "status",
  same_numbers = false,
}

local SHARE = {
  several_lines = 0.3, -- orders with more than one line
  several_boxes = 0.15, -- of those with more than one unit
  gift = 0.1,
  slip = 0.15,
  scheduled = 0.05,
  priority = 0.2,
  tomorrow = 0.1, -- to be shipped the next day
  flip = 0.5, -- a label that is asked for again has another ship method
  -- of shipments:
  created = 0.1, -- not enough stock yet
  early = 0.1, -- not to be processed before some time
  serials = 0.1, -- lines that need serial numbers, …
  hazmat = 0.05,
  origin = 0.1,
  value = 0.1,
  pieces = 0.05, -- lines whose units are two pieces each
  picked_up = 0.5, -- Amazon sets SHIPPED by itself, where it does so
  label_fails = 0.03, -- packages that get no label at the first try
}

--- Shares for orders and shipments that have nothing special about them.
---@return table<string, number>
function settings.plain()
  local shares = {}
  for name in pairs(SHARE) do
    shares[name] = 0
  end
  return shares
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

local function check_account(account)
  for _, key in ipairs({ "id", "refresh_token", "client_id", "client_secret" }) do
    assert(type(account[key]) == "string", "an account of the simulator needs " .. key)
  end
  if account.program == "external" then
    assert(type(account.locations) == "table", "a seller of the simulator needs locations")
  else
    assert(type(account.selling_party) == "string", "a vendor of the simulator needs selling_party")
    assert(type(account.warehouses) == "table", "a vendor of the simulator needs warehouses")
  end
end

--- Options with everything filled in.
---@param options sim.Options
---@return table
function settings.fill(options)
  local s = filled(options, DEFAULT)
  for _, key in ipairs({ "clock", "cjson", "documents", "accounts" }) do
    assert(s[key] ~= nil, "the simulator needs options." .. key)
  end
  assert(settings.speeds[s.speed], "speed is instant, demo or real")
  s.delays = filled(options.delays, settings.speeds[s.speed])
  s.share = filled(options.share, SHARE)
  s.zone_offset = s.zone_offset or function() return 0 end
  for _, account in ipairs(s.accounts) do
    check_account(account)
  end
  return s
end

return settings
