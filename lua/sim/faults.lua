-- What goes wrong between a client and Amazon, by rule or for one request (header x-sim-fault).

local random = require("sim.random")

---@class sim.Rule
---@field operation string Amazon's name, "lwaToken", or "*"
---@field kind string one of faults.kinds
---@field rate? number share of the calls
---@field nth? integer[] these calls, counted from 1 since the rule is there
---@field times? integer at most so often
---@field delay_ms? integer of "late"
---@field applied? boolean "500", "503" and "html" answer so although the request was handled

---@class sim.Faults
local faults = {}
faults.__index = faults

---@type table<string, string>
faults.kinds = {
  lost_before = "the connection dies before the request is read",
  lost_after = "the request is handled, its answer is lost",
  late = "the request is handled, its answer comes too late",
  duplicated = "the request arrives twice",
  cut_short = "the request is handled, half of its answer comes",
  garbage = "the request is handled, its answer is no JSON",
  html = "a gateway's page instead of an answer",
  ["429"] = "too many requests",
  ["500"] = "internal failure",
  ["503"] = "service unavailable",
  expired = "the token expires now",
  stuck = "the transaction stays Processing for ever, though applied",
  false_failure = "the transaction says Failure, though applied",
}

-- Faults of a seller's operations, and where each of them can strike: at one operation, or at all
-- of External Fulfillment.
---@type table<string, { where: string, what: string, but: table<string, boolean>? }>
faults.of_shipments = {
  cancelled = { where = "external", what = "the shipment is cancelled right before the request" },
  moved = { where = "external",
    what = "another tool does the shipment's next step right before the request" },
  busy = { where = "external", what = "a workflow of the shipment is running: 409" },
  unprocessable = { where = "external", what = "the shipment cannot be processed like this: 422",
    but = { getShipments = true, getShipment = true, retrieveInvoice = true } },
  label_failed = { where = "generateShipLabels", what = "labels fail inside a 200" },
  plain_http = { where = "generateShipLabels",
    what = "the label's URL is http, and not of this machine" },
  redirects = { where = "labelFile", what = "the label's file is said to be elsewhere" },
  huge = { where = "labelFile", what = "the label's file is 40 MiB" },
  page = { where = "labelFile", what = "a web page instead of the label's file, with a 200" },
  mislabelled = { where = "labelFile", what = "the file's Content-Type is that of another format" },
  gone = { where = "labelFile", what = "the label's URL has expired already" },
}

--- Whether there is such a fault.
---@param kind any
---@return boolean
function faults.known(kind)
  return faults.kinds[kind] ~= nil or faults.of_shipments[kind] ~= nil
end

-- Whether a fault can strike an operation at all.
local function applies(kind, operation)
  local special = faults.of_shipments[kind]
  return not special or special.where == operation.name
    or special.where == "external" and operation.external
      and not (special.but and special.but[operation.name])
end

--- The kinds, for people.
---@return string
function faults.names()
  local names = {}
  for _, map in ipairs({ faults.kinds, faults.of_shipments }) do
    for name in pairs(map) do
      names[#names + 1] = name
    end
  end
  table.sort(names)
  return table.concat(names, ", ")
end

---@param seed integer
---@param rules? sim.Rule[]
---@return sim.Faults
function faults.new(seed, rules)
  local self = setmetatable({ chance = random.new(seed, "faults"), rules = {} }, faults)
  assert(self:set(rules or {}))
  return self
end

local function check_rule(rule)
  if type(rule) ~= "table" or not faults.known(rule.kind) then
    local kind = type(rule) == "table" and rule.kind or rule
    return nil, ("there is no fault %q"):format(tostring(kind))
  elseif not rule.rate and not rule.nth and not rule.times then
    return nil, ("the fault %q needs rate, nth or times"):format(rule.kind)
  end
  local types = { rate = "number", times = "number", nth = "table", delay_ms = "number" }
  for _, key in ipairs({ "rate", "times", "nth", "delay_ms" }) do
    if rule[key] ~= nil and type(rule[key]) ~= types[key] then
      return nil, ("%s of the fault %q must be a %s"):format(key, rule.kind, types[key])
    end
  end
  return true
end

local function set_of(list)
  local out = {}
  for _, n in ipairs(list or {}) do
    out[math.tointeger(n) or n] = true
  end
  return out
end

--- Replaces all rules.
---@param rules sim.Rule[]
---@return boolean? ok, string? message
function faults:set(rules)
  if type(rules) ~= "table" then
    return nil, "faults must be a list"
  end
  local fresh = {}
  for i, rule in ipairs(rules) do
    local ok, message = check_rule(rule)
    if not ok then
      return nil, message
    end
    fresh[i] = { rule = rule, operation = rule.operation or "*", nth = set_of(rule.nth), seen = 0,
      played = 0 }
  end
  self.rules = fresh
  return true
end

local function strikes(self, state)
  local rule = state.rule
  state.seen = state.seen + 1
  if rule.times and state.played >= rule.times then
    return false
  elseif rule.nth then
    return state.nth[state.seen] or false
  end
  return not rule.rate or self.chance:chance(rule.rate)
end

--- The fault for a call, nil for none. Every rule counts every call that it is about; the first one
--- wins.
---@param operation sim.Operation
---@param wanted? string value of x-sim-fault
---@return sim.Rule?
function faults:pick(operation, wanted)
  local found
  for _, state in ipairs(self.rules) do
    local about = state.operation == "*" or state.operation == operation.name
    if about and applies(state.rule.kind, operation) then
      if strikes(self, state) and not found then
        found = state.rule
        state.played = state.played + 1
      end
    end
  end
  if wanted and faults.known(wanted) and applies(wanted, operation) then
    return { kind = wanted, operation = operation.name }
  end
  return found
end

return faults
