--- Checks the heads of rules (design 9) and brings them into one form. Every mistake is collected,
--- each with file:line, the rule's name and, where one is near, what was probably meant.
---
--- It runs in a state of its own; heads come as plain copies in which a function stands for one.
local events = require("dray.events")
local lists = require("dray.lists")
local literals = require("dray.literals")
local schedule = require("dray.schedule")
local schema = require("dray.schema")
local suggest = require("dray.suggest")

local rule = {}

local DEFAULT_TIMEOUT = 3600 * 1000
local LABELS = { "amazon", "own" }
local PROGRAMS = { "vendor", "external" }

local fields = {
  name = { "text", required = true },
  where = { "table", fields = {
    account = { "texts" },
    warehouse = { "texts" },
    labels = { "texts" },
    program = { "texts" },
  } },
  on = { "texts" },
  all = { "texts" },
  every = { "table", loose = true, fields = schedule.fields },
  cron = { "text" },
  zone = { "text" },
  when = { "function" },
  hold = { "text" },
  approve = { "flag" },
  run = { "function", required = true },
  timeout = { "text" },
  data = { "table" },
  active = { "flag" },
}

local TRIGGERS = { "on", "all", "every", "cron" }

-- Values of one key of `where` that are not among those that there are.
local function check_known(report, path, given, known, what)
  for _, value in ipairs(lists.of(given) or {}) do
    if not lists.contains(known, value) then
      report(path, ('unknown %s "%s"%s'):format(what, value, suggest.hint(value, known)))
    end
  end
end

local function check_where(report, where, context)
  local houses, anywhere = {}, true
  for _, id in ipairs(lists.of(where.account) or {}) do
    anywhere = anywhere and context.accounts[id] == nil
  end
  for id, account in pairs(context.accounts) do
    if anywhere or lists.contains(lists.of(where.account), id) then
      for _, code in ipairs(account.warehouses) do houses[#houses + 1] = code end
    end
  end
  table.sort(houses)
  check_known(report, "where.account", where.account, lists.keys(context.accounts), "account")
  check_known(report, "where.warehouse", where.warehouse, houses, "warehouse")
  check_known(report, "where.labels", where.labels, LABELS, "kind of labels")
  check_known(report, "where.program", where.program, PROGRAMS, "program")
end

-- dray's own events, and those of the floor, built in and declared.
local function known_events(context)
  local known = { "order.adopted", "shipment.adopted", "effect.rejected" }
  table.move(events.own, 1, #events.own, #known + 1, known)
  return table.move(context.events, 1, #context.events, #known + 1, known)
end

local function check_events(report, key, names, context)
  local known = known_events(context)
  for _, name in ipairs(names) do
    if not lists.contains(known, name) then
      report(key, ('unknown event "%s"%s'):format(name, suggest.hint(name, known)))
    end
  end
end

-- A time such as "30m" in milliseconds; nil for a wrong one, which is reported.
local function milliseconds(report, key, text, context)
  if text == nil then return nil end
  local ms, message = context.duration(text)
  if not ms then
    report(key, message)
  elseif ms <= 0 then
    report(key, "must be longer than nothing")
    return nil
  end
  return ms
end

local function check_trigger(report, head, whole, context)
  local given = {}
  for _, key in ipairs(TRIGGERS) do
    if whole[key] ~= nil then given[#given + 1] = key end
  end
  if #given == 0 then
    report("", "says not when it applies: on, all, every or cron")
  elseif #given > 1 then
    report("", ("has both %s and %s; a rule has one of on, all, every, cron"):format(
      given[1], given[2]))
  end
  for _, key in ipairs { "on", "all" } do
    if head[key] ~= nil then check_events(report, key, lists.of(head[key]), context) end
  end
  if head.zone ~= nil and head.cron == nil then
    report("zone", "stands beside cron; with every it is one of its fields")
  end
  if (head.every or head.cron) and head.hold then
    report("hold", "is for rules with on or all: a schedule has no order to wait for")
  end
end

-- The parts of a head by which people know when it applies.
local function shown(head)
  return { on = head.on and lists.of(head.on), all = head.all and lists.of(head.all),
    every = schedule.shown(head), cron = head.cron, zone = head.zone, where = head.where,
    hold = head.hold, approve = head.approve or nil }
end

local function normal(head, line, report, context)
  local where = head.where or {}
  return {
    name = head.name,
    line = line,
    events = lists.of(head.on or head.all),
    all = head.all ~= nil,
    where = { account = lists.of(where.account), warehouse = lists.of(where.warehouse),
      labels = lists.of(where.labels), program = lists.of(where.program) },
    hold = milliseconds(report, "hold", head.hold, context),
    timeout = milliseconds(report, "timeout", head.timeout, context) or DEFAULT_TIMEOUT,
    approve = head.approve or false,
    active = head.active ~= false,
    schedule = schedule.plain(head),
    data = head.data,
    head = shown(head),
  }
end

-- Names are unique in a project: it is by name that holds and pauses are remembered.
local function check_name(report, name, at, names)
  if #name > 120 or name:find("[%c]") then
    report("name", "expected one line of at most 120 characters")
  elseif names[name] then
    report("", ("stands at %s too; a name belongs to one rule"):format(names[name]))
  end
  names[name] = names[name] or at
end

local function check_data(report, data, context)
  local why = context.data(data)
  if why then
    report("data", (why:gsub("^data[.:]? ?", "", 1)))
  elseif data[1] ~= nil then
    report("data", "expected a table with names, not a list")
  end
end

local function check_one(file, item, context, names, mistakes)
  local at = ("%s:%d"):format(file, item.line)
  local who = "rule"
  if item.head and type(item.head.name) == "string" then
    who = ('rule "%s"'):format(item.head.name:sub(1, 120):gsub("%c", "?"))
  end
  local before, head = #mistakes, {}
  local function report(path, message, unknown)
    local key = path == "" and "" or path .. ": "
    mistakes[#mistakes + 1] = ("%s: %s: %s%s"):format(at, who, key, message)
    if not unknown then head[path:match("^[^.]*")] = nil end
  end
  if item.over then
    report("", "its head " .. item.over)
    return nil
  end
  for key, value in pairs(item.head) do head[key] = value end
  schema.check(item.head, fields, report) -- what has the wrong form is not looked at further
  if head.name then check_name(report, head.name, at, names) end
  if head.data then check_data(report, head.data, context) end
  check_trigger(report, head, item.head, context)
  schedule.check(report, head, context.schedule)
  check_where(report, head.where or {}, context)
  local rule_of = normal(head, item.line, report, context)
  return #mistakes == before and rule_of or nil
end

--- Checks the heads of one file.
---@param file string its name in messages
---@param heads { line: integer, head: table, over: string? }[] over: why a head is not whole
---@param context table events, accounts, printers and notifiers (names, or nil when nobody knows),
--- duration(text), schedule(plain), data(table), code(text), meaning(text)
---@param names table<string, string> where each name stands, over all files
---@param mistakes string[] is added to
---@param texts string[][] path and text of the file and of those that it uses
---@return table[] rules a place for each head; false where it has a mistake
function rule.check(file, heads, context, names, mistakes, texts)
  local rules = {}
  for i, item in ipairs(heads) do
    rules[i] = check_one(file, item, context, names, mistakes) or false
  end
  for _, one in ipairs(context.printers and texts or {}) do
    literals.check(one[1], one[2], context, mistakes)
  end
  return rules
end

return rule
