--- Hosts for specs: a whole dray with a virtual clock and the simulator in the same process.
---
---   local test = require("dray.test")
---   local host = test.host { now = "2026-11-23T08:00Z", orders = 5 }
---   local result = host:run("poll 'orders' for order in orders {} do order:accept() end settle()")
---   assert.is_true(result.ok, result.error)
local core = require("dray.test.core")

local test = {}

---@class dray.test.Options
---@field now? string start of the virtual clock, "2026-11-23T08:00Z"
---@field seed? integer of the simulator and of dray's own chance
---@field orders? integer orders at the start, of the account that is given when none is named (5)
---@field accounts? sim.Account[] instead of one with two warehouses
---@field sim? table more options of the simulator (lua/sim/settings.lua)
---@field project? string instead of the dray.lua that fits the accounts
---@field writes? "live"|"observe" of all warehouses
---@field rules? string|table<string, string> a text for rules/rules.lua, or texts by file name
---@field files? table<string, string> more files of the project, by their way in it
---@field disk? boolean the state is a file, so the host can be restarted

---@class dray.test.Host
---@field folder string the project's
---@field amazon sim.Amazon
local host = {}
host.__index = host

local DAY = 24 * 3600 * 1000
local UNITS = { ms = 1, s = 1000, m = 60000, h = 3600000, d = DAY }

-- "1h30m" in milliseconds.
local function milliseconds(text)
  local sum, rest = 0, text:gsub("%s", "")
  while rest ~= "" do
    local count, unit, more = rest:match("^(%d+)(%a+)(.*)$")
    assert(UNITS[unit], "expected a time such as \"30m\", got " .. text)
    sum, rest = sum + tonumber(count) * UNITS[unit], more
  end
  return sum
end

-- Days since 1970-01-01 of a date.
local function days(year, month, day)
  year = month <= 2 and year - 1 or year
  local era = year // 400
  local of_era = year - era * 400
  local of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
end

-- "2026-11-23T08:00Z" in UTC milliseconds.
local function instant(text)
  local year, month, day, hour, minute = text:match("^(%d+)-(%d+)-(%d+)T(%d+):(%d+)Z$")
  assert(year, "expected a time such as \"2026-11-23T08:00Z\", got " .. text)
  local day_ms = days(tonumber(year), tonumber(month), tonumber(day)) * DAY
  return day_ms + hour * UNITS.h + minute * UNITS.m
end

--- Two warehouses: Amazon's labels, and the vendor's own carrier.
---@param orders integer
---@return sim.Account
function test.account(orders)
  return {
    id = "acme",
    refresh_token = "Atzr|acme",
    client_id = "client",
    client_secret = "secret",
    selling_party = "ACME1",
    orders = orders,
    warehouses = {
      { code = "DEL4", labels = "amazon", formats = { "ZPL", "PNG" }, country = "IN",
        zone = "Asia/Kolkata", standard = "EDIFACT" },
      { code = "BER3", labels = "own", formats = { "ZPL" }, country = "DE",
        zone = "Europe/Berlin", standard = "EDIFACT" },
    },
  }
end

--- A seller with one location per program: Seller Flex, Easy Ship, Self Ship with a courier.
---@param shipments integer
---@return sim.Account
function test.seller(shipments)
  return {
    id = "seller",
    program = "external",
    refresh_token = "Atzr|seller",
    client_id = "client",
    client_secret = "secret",
    shipments = shipments,
    locations = {
      { id = "XBLR", program = "seller_flex", country = "IN", zone = "Asia/Kolkata",
        format = "ZPL" },
      { id = "DEFAULT", program = "easy_ship", country = "IN", zone = "Asia/Kolkata",
        format = "PDF" },
      { id = "SELF", program = "self_ship", country = "DE", zone = "Europe/Berlin",
        format = "PNG", courier = true },
    },
  }
end

local function write_file(path, text, mode)
  local file = assert(io.open(path, "wb"))
  assert(file:write(text))
  assert(file:close())
  if mode then
    assert(os.execute(("chmod %s '%s'"):format(mode, path)))
  end
end

local OWN_CARRIER = ', carrier = "DHL", shipMethod = "DHL_PAKET"'

local function warehouse_text(house, writes)
  return ('    %s = { zone = %q, labels = %q, codes = %q, writes = %q%s,\n'
    .. '      weight = { value = "1.5", unitOfMeasure = "KG" } },\n'):format(
    house.code, house.zone, house.labels, house.standard, writes,
    house.labels == "own" and OWN_CARRIER or "")
end

local function seller_text(account, writes)
  local places = {}
  for i, place in ipairs(account.locations) do
    places[i] = ('    [%q] = { zone = %q, writes = %q },\n'):format(place.id, place.zone, writes)
  end
  return ('account %q {\n  program = "external",\n  endpoint = "http://127.0.0.1:8484",\n'
    .. '  locations = {\n%s  },\n  credentials = { clientId = %q,\n'
    .. '    clientSecret = file "%s.secret", refreshToken = file "%s.token" },\n}\n'):format(
    account.id, table.concat(places), account.client_id, account.id, account.id)
end

local function account_text(account, writes)
  if account.program == "external" then
    return seller_text(account, writes)
  end
  local houses = {}
  for i, house in ipairs(account.warehouses) do
    houses[i] = warehouse_text(house, writes)
  end
  return ('account %q {\n  program = "vendor",\n  endpoint = "http://127.0.0.1:8484",\n'
    .. '  sellingParty = %q,\n  warehouses = {\n%s  },\n  credentials = { clientId = %q,\n'
    .. '    clientSecret = file "%s.secret", refreshToken = file "%s.token" },\n}\n'):format(
    account.id, account.selling_party, table.concat(houses), account.client_id, account.id,
    account.id)
end

--- The dray.lua that fits accounts of the simulator.
---@param accounts sim.Account[]
---@param writes? "live"|"observe"
---@return string
function test.project(accounts, writes)
  local texts = {}
  for i, account in ipairs(accounts) do
    texts[i] = account_text(account, writes or "live")
  end
  return table.concat(texts, "\n")
end

local function write_project(folder, options, accounts)
  local text = options.project or test.project(accounts, options.writes)
  if options.rules and not text:find("%f[%w]rules ") then text = text .. 'rules "rules/*.lua"\n' end
  write_file(folder .. "/dray.lua", text)
  for _, account in ipairs(accounts) do
    write_file(("%s/%s.secret"):format(folder, account.id), account.client_secret, "600")
    write_file(("%s/%s.token"):format(folder, account.id), account.refresh_token, "600")
  end
end

-- Rule files, and the word that names them.
local function write_rules(folder, rules, below)
  if type(rules) == "string" then rules = { ["rules.lua"] = rules } end
  assert(os.execute(("mkdir -p '%s/%s'"):format(folder, below)))
  for name, text in pairs(rules) do
    write_file(("%s/%s/%s"):format(folder, below, name), text)
  end
end

local function write_files(folder, files)
  for path, text in pairs(files) do
    local below = path:match("^(.*)/")
    if below then assert(os.execute(("mkdir -p '%s/%s'"):format(folder, below))) end
    write_file(folder .. "/" .. path, text)
  end
end

local function sim_options(options, accounts)
  local out = { seed = options.seed or 1, speed = "real", accounts = accounts }
  for key, value in pairs(options.sim or {}) do
    out[key] = value
  end
  return out
end

--- A new host. host:close() removes it; whoever forgets leaves that to the garbage collection.
---@param options? dray.test.Options
---@return dray.test.Host
function test.host(options)
  options = options or {}
  local accounts = options.accounts or { test.account(options.orders or 5) }
  local folder = core.folder()
  write_project(folder, options, accounts)
  if options.rules then write_rules(folder, options.rules, "rules") end
  write_files(folder, options.files or {})
  local now = instant(options.now or "2026-11-23T08:00Z")
  local opened = core.open(folder, now, options.seed or 1, options.disk or false,
    sim_options(options, accounts))
  return setmetatable({ core = opened, folder = folder, amazon = opened:amazon() }, host)
end

--- A host of the project in the present folder: its own dray.lua and rules, with the simulator in
--- the place of Amazon. The spec of a project begins with it.
---@param options? dray.test.Options
---@return dray.test.Host
function test.here(options)
  local all = require("dray.own_project").options(options and options.orders or 5)
  for key, value in pairs(options or {}) do all[key] = value end
  return test.host(all)
end

--- Runs a script to its end: a text, or a file when it is named "….lua". Time goes on as needed, at
--- most `timeout` ("7d").
---@param script string
---@param args? string[]
---@param timeout? string
---@return { ok: boolean, error: string? }
function host:run(script, args, timeout)
  local is_file = script:find("%.lua$") and not script:find("\n")
  local name, text = script, nil
  if not is_file then
    name, text = "spec.lua", script
  end
  local ok, message = self.core:run(name, text, args or {}, milliseconds(timeout or "7d"))
  return { ok = ok, error = message }
end

--- Writes a file into the project folder.
---@param name string
---@param text string
function host:write(name, text)
  write_file(self.folder .. "/" .. name, text)
end

--- Reads a file of the project folder.
---@param name string
---@return string?
function host:read(name)
  local file = io.open(self.folder .. "/" .. name, "rb")
  if not file then
    return nil
  end
  local text = file:read("a")
  file:close()
  return text
end

--- Lets time pass, without any script.
---@param duration string "30m"
function host:advance(duration)
  self.core:advance(milliseconds(duration))
end

--- The rules answer what has happened so far, at this instant.
function host:work() self.core:work() end

--- Something happens as dray itself would tell it, and the rules answer it.
---@param what string "order.changed"
---@param order? string
---@param payload? table
function host:tell(what, order, payload)
  self.core:tell(what, order, payload)
  self.core:work()
end

--- Reads the rule files and dray.lua again.
---@return boolean? ok, string? mistakes
function host:reload() return self.core:reload() end

--- Runs of rules end as when dray is stopped; host:restart() comes next.
function host:stop() self.core:stop() end

---@param rule string
---@param why string
function host:pause(rule, why) return self.core:pause(rule, why) end

---@param rule string
---@param backlog "run"|"drop"
function host:resume(rule, backlog) return self.core:resume(rule, backlog) end

---@class dray.test.Backtest
---@field rules? string|table<string, string> instead of the host's own rules
---@field since? string "2026-11-23T08:00Z": only what was decided about events from then on

---@class dray.test.Difference
---@field kind "different"|"before"|"now"
---@field what string
---@field order string
---@field rule string
---@field before string
---@field now string

--- What was decided so far, played through other rules: the decisions that differ, and totals
--- beside them. Nothing of the host changes.
---@param options? dray.test.Backtest
---@return dray.test.Difference[] differences with compared, same, orders, versions, passed, reasons
function host:backtest(options)
  options = options or {}
  local patterns
  if options.rules then
    write_rules(self.folder, options.rules, "candidate")
    patterns = { "candidate/*.lua" }
  end
  local since = options.since and instant(options.since) or 0
  return assert(self.core:backtest(self.folder, patterns, since))
end

--- Runs of rules, the newest first.
---@return { id: integer, rule: string, state: string, error: string, trace: string }[]
function host:runs() return self.core:runs() end

--- What is remembered of each rule, in order of the names.
---@return { name: string, paused: boolean, failures: integer, holds: integer, jobs: integer }[]
function host:rules() return self.core:rules() end

--- What the rules said to the latest event of that name about an order.
---@param what string
---@param order? string
---@return { rule: string, outcome: string, line: integer, run: integer }[]
function host:verdicts(what, order)
  local id
  for _, entry in ipairs(self:log(order)) do
    if entry.what == what then id = entry.id end
  end
  return id and self.core:verdicts(id) or {}
end

--- What goes wrong at Amazon from now on.
---@param rules sim.Rule[]
function host:faults(rules)
  assert(self.amazon.faults:set(rules))
end

--- New orders at Amazon; gives their numbers.
---@param count integer
---@param account? string
---@return string[]
function host:add_orders(count, account)
  local numbers = {}
  for i, order in ipairs(assert(self.amazon.world:add_orders(account, count))) do
    numbers[i] = order.purchaseOrderNumber
  end
  return numbers
end

--- New shipments at Amazon; gives their ids.
---@param count integer
---@param account? string
---@return string[]
function host:add_shipments(count, account)
  local ids = {}
  for i, shipment in ipairs(assert(self.amazon.world:add_shipments(account, count))) do
    ids[i] = shipment.id
  end
  return ids
end

--- What Amazon was told.
function host:ledger()
  return self.amazon:ledger()
end

--- What a person decides: host:control("hold" | "release" | "retry", effect, why),
--- ("settle", effect, why, "succeeded" | "failed" | "cancelled"), ("answer", effect, why, fields),
--- ("freeze" | "thaw", warehouse or nil, why), ("adopt", order, why).
---@param word string
---@param subject? integer|string
---@param why string
---@param more? string|table
---@return boolean? ok, string? message
function host:control(word, subject, why, more)
  return self.core:control(word, subject, why, more)
end

--- Amazon's record of the past, as `dray import --since 30d` reads it. Gives the totals, and each
--- window that was asked for.
---@param since string "30d"
---@param again? boolean also what was read before
---@return { listed: integer, imported: integer, changed: integer, known: integer, open: integer }
---@return { account: string, from: integer, to: integer, imported: integer, error: string? }[]
function host:import(since, again)
  return self.core:import(self:now() - milliseconds(since), again or false)
end

--- Each step of an order that dray planned while it only observed (`writes = "observe"`), beside
--- what people did, as `dray report --observed` shows it.
---@param order string
---@return { step: string, dray: string, people: string, is: string }[] is: "same", "different" …
function host:observed(order) return self.core:observed(order) end

--- The floor reports something: host:event("picked_up", "4711", { box = "1" }).
---@param name string
---@param order? string
---@param fields? table
---@param id? string
---@return "taken"|"same"|"waiting"|nil outcome
---@return string? message
function host:event(name, order, fields, id)
  local outcome, message = self.core:event(name, order, fields, id)
  self.core:work()
  return outcome, message
end

--- From now on clocks are told as deadline.near and deadline.missed.
function host:clocks() self.core:clocks() end

--- What people are still to be told by notify("desk", "text").
---@return { to: string, text: string }[]
function host:notices() return self.core:notices() end
--- From now on the project's commands tell them.
function host:post() self.core:post() end

--- From now on files of the project's feeds are read as time goes on.
function host:feeds() self.core:feeds() end

--- Reports whose order nobody knows.
function host:waiting() return self.core:waiting() end

--- What the log says of an order, or of everything.
---@param order? string
---@return { id: integer, what: string, at_ms: integer, effect: integer, detail: table? }[]
function host:log(order) return self.core:log(order) end

--- Somebody sets the clock: back with "-1h".
---@param by string
function host:jump(by)
  local sign, rest = by:match("^(%-?)(.*)$")
  self.core:jump((sign == "-" and -1 or 1) * milliseconds(rest))
end

--- From now on Amazon's lists are asked by themselves, as `dray serve` does.
function host:ask_lists() self.core:ask_lists() end

--- From now on what is over is forgotten after a while (`keep` of the project file), as
--- `dray serve` does once a day.
function host:forget() self.core:forget() end

function host:effects() return self.core:effects() end
function host:orders() return self.core:orders() end
function host:documents() return self.core:documents() end
function host:now() return self.core:now() end
function host:restart() self.core:restart() end
function host:close() self.core:close() end

--- How many of a list have each value of a field: test.count(host:effects(), "state").succeeded.
---@param list table[]
---@param field string
---@return table<string, integer>
function test.count(list, field)
  local counts = {}
  for _, row in ipairs(list) do
    local value = tostring(row[field])
    counts[value] = (counts[value] or 0) + 1
  end
  return counts
end

return test
