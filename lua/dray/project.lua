--- Reads the project file `dray.lua` (design 13): Lua in an empty environment with a few words.
--- Every mistake is collected, each with file:line.
local lists = require("dray.lists")
local schema = require("dray.schema")
local seller = require("dray.seller")
local suggest = require("dray.suggest")
local more_words = require("dray.words")

local project = {}

-- What can be limited, by program.
local VERBS = {
  vendor = { "accept", "reject", "request_label", "confirm", "floor_deny", "scan" },
  external = seller.verbs,
}

local limits = { "table", fields = {} }
for _, verbs in pairs(VERBS) do
  for _, verb in ipairs(verbs) do limits.fields[verb] = { "table" } end
end

local weight = { "table", fields = {
  value = { "text", required = true },
  unitOfMeasure = { "text", required = true, choices = { "KG", "LB" } },
} }

local warehouse = { "table", fields = {
  zone = { "text", required = true },
  labels = { "text", choices = { "amazon", "own" } },
  slips = { "text", choices = { "fetch", "elsewhere" } },
  writes = { "text", choices = { "live", "observe" } },
  codes = { "text", choices = { "X12", "EDIFACT" } },
  sellingParty = { "text" },
  scacCode = { "text" },
  carrier = { "text" },
  shipMethod = { "text" },
  weight = weight,
  address = { "table" },
  limits = limits,
} }

local account_fields = {
  program = { "text", required = true, choices = { "vendor", "external" } },
  region = { "text", choices = { "na", "eu", "fe" } },
  endpoint = { "text" },
  sellingParty = { "text" },
  since = { "text" },
  version = { "text", choices = { "v1" } },
  targetApplication = { "text" },
  warehouses = { "map", each = warehouse },
  limits = limits,
  deadlines = { "table", fields = {
    acknowledge = { "text" },
    label = { "text" },
    ship = { "text" },
    confirm = { "text" },
    scan = { "text" },
  } },
  poll = { "table", fields = {
    orders = { "text" },
    accepted = { "text" },
    shipped = { "text" },
    cancelled = { "text" },
    labels = { "text" },
    slips = { "text" },
    invoices = { "text" },
    transactions = { "text" },
    shipments = { "text" },
    progress = { "text" },
  } },
  batch = { "table", fields = {
    acknowledgements = { "count" },
    labels = { "count" },
    confirmations = { "count" },
    scans = { "count" },
  } },
  rates = { "map", each = { "table", fields = {
    rate = { "number", required = true },
    burst = { "count" },
  } } },
  credentials = { "table", required = true, fields = {
    clientId = { "text", required = true },
    clientSecret = { "source", required = true },
    refreshToken = { "source", required = true },
  } },
}

for key, field in pairs(seller.fields(limits)) do account_fields[key] = field end

-- Texts that may come from the environment, so that one project file serves several machines.
local from_environment = { "endpoint", "region", "sellingParty" }
-- What stands in for one that is not set, so that it is reported once.
local stand_in = { endpoint = "-", region = "na", sellingParty = "-" }

local function resolve(fields, report)
  for _, key in ipairs(from_environment) do
    local value = fields[key]
    if type(value) == "table" and value.env then
      fields[key] = os.getenv(value.env) or value.otherwise
      if fields[key] == nil then
        report(key, ("the environment variable %s is not set"):format(value.env))
        fields[key] = stand_in[key]
      end
    end
  end
end

local function has_verb(program, verb)
  for _, one in ipairs(VERBS[program] or {}) do
    if one == verb then return true end
  end
  return false
end

local function check_limits(where, given, program, report)
  local other = program == "vendor" and "external" or "vendor"
  for _, verb in ipairs(lists.keys(given)) do
    local value, path = given[verb], where .. "." .. verb
    if not has_verb(program, verb) and has_verb(other, verb) then
      report(path, ('is a verb of program = "%s"'):format(other))
    elseif type(value) == "table" and (math.type(value[1]) ~= "integer" or value[1] < 0
        or type(value.per) ~= "string") then
      report(path, 'expected { COUNT, per = "1d" }')
    end
  end
end

-- The limits of each place that the account names.
local function check_limits_of(where, places, program, report)
  for _, id in ipairs(lists.keys(places)) do
    local place = places[id]
    check_limits(("%s.%s.limits"):format(where, id), type(place) == "table" and place.limits,
      program, report)
  end
end

local function check_account(fields, report)
  resolve(fields, report)
  schema.check(fields, account_fields, report)
  if fields.region == nil and fields.endpoint == nil then
    report("region", 'missing: region = "na", "eu" or "fe", or an endpoint')
  end
  if fields.program == "vendor" and fields.warehouses == nil then
    report("warehouses", "missing: name the warehouses that ship for this account")
  end
  seller.check(fields, report)
  check_limits("limits", fields.limits, fields.program, report)
  check_limits_of("warehouses", fields.warehouses, fields.program, report)
  check_limits_of("locations", fields.locations, fields.program, report)
end

local function marker(key)
  return function(value) return { [key] = value } end
end

local words = { "account", "env", "file", "command", "rules", "export", "keep" }
table.move(more_words.names, 1, #more_words.names, #words + 1, words)

local function strict(name)
  return function(_, key)
    local word = tostring(key)
    error(('%s: unknown word "%s"%s'):format(name, word, suggest.hint(word, words)), 0)
  end
end

-- The line of the project file that is running just now.
local function line_of()
  for level = 2, 8 do
    local info = debug.getinfo(level, "Sl")
    if info and info.source:sub(1, 8) == "=project" then return info.currentline end
  end
  return 0
end

-- What is wrong with the folder for named copies of documents; nil when nothing is.
local function export_mistake(found, folder)
  if found.export then return "is there twice" end
  if type(folder) ~= "string" or folder == "" or folder:match("^/") then
    return 'expected a folder inside the project, such as "labels/"'
  end
  for part in folder:gmatch("[^/]+") do
    if part:match("^%.") then
      return ('"%s" is hidden or leads out of the project'):format(folder)
    end
  end
  if folder:match("^[^/]+") == "state" then return "state/ is dray's own folder" end
end

-- What is wrong with a pattern of rule files; nil when nothing is.
local function rules_mistake(pattern)
  if type(pattern) ~= "string" or pattern == "" or pattern:match("^/") then
    return 'expected files inside the project, such as "rules/*.lua"'
  end
  for part in pattern:gmatch("[^/]+") do
    if part:match("^%.") then
      return ('"%s" is hidden or leads out of the project'):format(pattern)
    end
  end
  if not pattern:match("%.lua$") then return ('"%s" does not end in .lua'):format(pattern) end
end

local function environment(found, mistake)
  local env = {}
  function env.account(id)
    local line = line_of()
    return function(fields)
      local function report(path, message)
        local where = path == "" and "" or path .. ": "
        mistake(line, ('account "%s": %s%s'):format(tostring(id), where, message))
      end
      if type(id) ~= "string" or not id:match("^[%w._-]+$") or type(fields) ~= "table" then
        report("", 'expected account "NAME" { … }, the name of letters, digits, ".", "_", "-"')
        return
      end
      if found.by_id[id] then report("", "is there twice") end
      found.by_id[id] = true
      check_account(fields, report)
      fields.id, fields.line = id, line
      found.accounts[#found.accounts + 1] = fields
    end
  end
  function env.rules(pattern)
    local why = rules_mistake(pattern)
    if why then
      mistake(line_of(), "rules: " .. why)
    else
      found.rules[#found.rules + 1] = pattern
    end
  end
  function env.export(folder)
    local why = export_mistake(found, folder)
    if why then
      mistake(line_of(), "export: " .. why)
    else
      found.export = folder:gsub("/+$", "")
    end
  end
  function env.env(name, otherwise) return { env = name, otherwise = otherwise } end
  env.file, env.command = marker("file"), marker("command")
  found.words = more_words.install(env, line_of, mistake)
  return env
end

local function located(name, line, message)
  return ("%s:%d: %s"):format(name, line, message)
end

local function run(name, chunk, env, mistakes)
  setmetatable(env, { __index = strict("this file"), __newindex = function(_, key)
    local word = tostring(key)
    error(('this file: "%s" is not to be set; write local %s'):format(word, word), 0)
  end })
  local line = 0
  local ok, err = xpcall(chunk, function(message)
    line = line_of()
    return message
  end)
  if not ok then
    local text = tostring(err)
    local at, rest = text:match("^project:(%d+): (.*)$")
    mistakes[#mistakes + 1] = located(name, tonumber(at) or line, rest or text)
  end
end

--- Reads the text of a project file.
---@param name string the file's name in messages
---@param text string
---@return table? found accounts (with `id`, `line` and their checked fields), rules, export, words
---@return string? mistakes one a line, each with file:line
function project.read(name, text)
  local mistakes = {}
  local found = { accounts = {}, by_id = {}, rules = {} }
  local env = environment(found, function(line, message)
    mistakes[#mistakes + 1] = located(name, line, message)
  end)
  local chunk, err = load(text, "=project", "t", env)
  if chunk then
    run(name, chunk, env, mistakes)
  else
    mistakes[#mistakes + 1] = (err:gsub("^project", name, 1))
  end
  more_words.finish(found.words, found.by_id)
  if #mistakes == 0 and #found.accounts == 0 then
    mistakes[1] = located(name, 1, 'no account: begin with account "NAME" { … }')
  end
  if #mistakes > 0 then return nil, table.concat(mistakes, "\n") end
  return found
end

return project
