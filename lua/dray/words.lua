--- The words of the project file beside accounts: event, feed, notify, printer, keep.
--- Each but keep is WORD "NAME" { … }; every mistake is collected with its line.
local events = require("dray.events")
local lists = require("dray.lists")
local schema = require("dray.schema")
local suggest = require("dray.suggest")

local words = {}

-- ---- event "damaged" { per = "order", fields = { reason = "text" } }

local event_fields = {
  per = { "text", choices = { "order", "box" } },
  latest = { "text", choices = { "report", "at" } },
  fields = { "table" },
}

local field_fields = {
  type = { "text", required = true, choices = events.types },
  required = { "flag" },
  choices = { "list" },
}

-- "text", or { "text", required = true, choices = { … } }.
local function check_field(name, given, report)
  local at = "fields." .. name
  if type(given) == "string" then given = { type = given } end
  if type(given) ~= "table" then
    report(at, 'expected a type such as "text", or { "text", required = true }')
    return nil
  end
  if given[1] ~= nil then
    given.type, given[1] = given[1], nil
  end
  schema.check(given, field_fields, function(path, message)
    report(path == "" and at or at .. "." .. path, message)
  end)
  return given
end

local function check_event_fields(given, report)
  local fields = {}
  for _, name in ipairs(lists.keys(given)) do
    if not name:match("^%a[%w_]*$") then
      report("fields", ('"%s" is no name of a field: letters, digits and "_"'):format(name))
    elseif lists.contains(events.common, name) or name == "id" then
      report("fields." .. name, "every event has it; leave it out")
    elseif name == "boxes" then
      report("fields." .. name, "facts have their boxes under this name; call it otherwise")
    else
      fields[name] = check_field(name, given[name], report)
    end
  end
  return fields
end

-- What is declared beside a built-in event adds fields to it.
local function with_built_in(event, name, report)
  local built_in = events.floor[name]
  if not built_in then return event end
  if event.per and event.per ~= built_in.per then
    report("per", ('"%s" is built in, per = "%s"'):format(name, built_in.per))
  end
  local fields = {}
  for key, field in pairs(built_in.fields) do fields[key] = field end
  for key, field in pairs(event.fields) do fields[key] = field end
  return { per = built_in.per, latest = event.latest or built_in.latest, fields = fields }
end

local function check_event(name, given, report)
  if lists.contains(events.own, name) or name == "stock" or name:match("^shipment%.") then
    report("", "dray tells this event itself; take another name")
  end
  schema.check(given, event_fields, report)
  local event = { per = given.per, latest = given.latest,
    fields = check_event_fields(given.fields, report) }
  event = with_built_in(event, name, report)
  event.per = event.per or "order"
  return event
end

-- ---- notify "desk" { command = { … } }

local notify_fields = { command = { "list", required = true } }

local function check_notify(_, given, report)
  schema.check(given, notify_fields, report)
  return { command = given.command }
end

-- ---- printer "dock-1" { raw = "192.0.2.12:9100", formats = { "ZPL" } }

local printer_fields = {
  raw = { "text" },
  command = { "list" },
  formats = { "list", required = true },
}

local FORMATS = { "ZPL", "PNG", "PDF", "TEXT" }

local function check_printer_way(given, report)
  if (given.raw == nil) == (given.command == nil) then
    report("", 'say how: raw = "HOST:PORT" or command = { "lp", … }')
  elseif type(given.raw) == "string" then
    local port = tonumber(given.raw:match("^[%w.:%[%]-]+:(%d+)$") or 0)
    if port < 1 or port > 65535 then
      report("raw", ('expected "HOST:PORT", such as "192.0.2.12:9100", got "%s"'):format(given.raw))
    end
  end
end

local function check_printer(_, given, report)
  schema.check(given, printer_fields, report)
  check_printer_way(given, report)
  for _, format in ipairs(type(given.formats) == "table" and given.formats or {}) do
    if not lists.contains(FORMATS, format) then
      report("formats", ('unknown format "%s"%s'):format(tostring(format),
        suggest.hint(tostring(format), FORMATS)))
    end
  end
  return { raw = given.raw, command = given.command, formats = given.formats }
end

-- ---- feed "dhl" { files = "inbox/dhl/*.csv", event = "carrier.scan", map = { … } }

local feed_fields = {
  files = { "text", required = true },
  format = { "text", choices = { "csv", "json", "jsonl" } },
  separator = { "text" },
  encoding = { "text", choices = { "utf8", "latin1" } },
  decimal = { "text", choices = { ".", "," } },
  zone = { "text" },
  time = { "text" },
  event = { "text", required = true },
  account = { "text" },
  warehouse = { "text" },
  order_by = { "text", choices = { "order", "trackingNumber" } },
  id = { "list" },
  map = { "table" },
  set = { "table" },
  each = { "table" },
}

local function check_files(pattern, report)
  if type(pattern) ~= "string" then return end
  local folder, name = pattern:match("^(.*)/([^/]+)$")
  if not folder or pattern:match("^/") then
    report("files", 'expected files of a folder inside the project, such as "inbox/dhl/*.csv"')
    return
  end
  for part in folder:gmatch("[^/]+") do
    if part:match("^%.") or part:find("*", 1, true) then
      report("files", ('"%s": the folder may not be hidden, lead out of the project, or hold "*"')
        :format(pattern))
      return
    end
  end
  if folder:match("^[^/]+") == "state" then report("files", "state/ is dray's own folder") end
  if name:match("^%.") then report("files", "hidden files are left alone") end
end

local function format_of(given, report)
  if given.format then return given.format end
  local ending = tostring(given.files):match("%.([%w]+)$")
  if lists.contains({ "csv", "json", "jsonl" }, ending) then return ending end
  report("format", 'missing: format = "csv", "json" or "jsonl"')
end

-- A column, or several that are put together with a space (a date and a time).
local function check_map(given, report, key)
  local map = {}
  for _, field in ipairs(lists.keys(given)) do
    local columns = given[field]
    if type(columns) == "string" then columns = { columns } end
    if type(columns) ~= "table" or #columns == 0 then
      report(key .. "." .. field, "expected the name of a column, or a list of them")
    else
      map[field] = columns
    end
  end
  return map
end

-- each = { packedItems = { line = "Line", quantity = "Units" } }: rows are elements of a list, and
-- those of one order and box are one report. Gives the list's name and the map of an element.
local function check_each(given, report)
  if type(given) ~= "table" then return nil end
  local list, columns = next(given)
  if type(list) ~= "string" or next(given, list) ~= nil or type(columns) ~= "table"
      or next(columns) == nil then
    report("each", 'expected one list of the event, { packedItems = { line = "Line", … } }')
    return nil
  end
  return list, check_map(columns, report, "each." .. list)
end

-- Fields that every row has alike.
local function check_set(given, report)
  for _, field in ipairs(lists.keys(given)) do
    if type(given[field]) ~= "string" then report("set." .. field, "expected a text") end
  end
  return given
end

local function check_separator(given, format, report)
  local separator = given.separator
  if separator and (format ~= "csv" or #separator ~= 1 or separator:match('["\r\n]')) then
    report("separator", 'expected one character, for a feed of format = "csv"')
  end
end

-- "DD.MM.YYYY hh:mm": what is not a letter stands there as it is.
local function check_time(form, report)
  if type(form) ~= "string" then return end
  local rest = form
  for _, part in ipairs { "YYYY", "MM", "DD", "hh", "mm" } do
    local count
    rest, count = rest:gsub(part, "", 1)
    if count == 0 then
      report("time", ('expected a form such as "DD.MM.YYYY hh:mm", got "%s"'):format(form))
      return
    end
  end
  if rest:gsub("ss", "", 1):find("[%a%d]") then
    report("time", ('"%s": only YYYY, MM, DD, hh, mm and ss stand for digits'):format(form))
  end
end

local function check_feed(name, given, report)
  schema.check(given, feed_fields, report)
  if not name:match("^[%w._-]+$") then
    report("", 'expected a name of letters, digits, ".", "_", "-"')
  end
  check_files(given.files, report)
  check_time(given.time, report)
  local format = format_of(given, report)
  if type(given.separator) == "string" then check_separator(given, format, report) end
  local list, each = check_each(given.each, report)
  return {
    files = given.files, format = format, separator = given.separator,
    encoding = given.encoding, decimal = given.decimal, zone = given.zone, time = given.time,
    event = given.event, account = given.account, warehouse = given.warehouse,
    order_by = given.order_by or "order", id = given.id, map = check_map(given.map, report, "map"),
    set = check_set(given.set, report), list = list, each = each,
  }
end

-- ---- keep { runs = "90d", reports = "90d", orders = "400d" }

local keep_fields = { runs = { "text" }, reports = { "text" }, orders = { "text" } }
local DAY = 24 * 3600 * 1000

-- The shortest time of each: Amazon lists orders of six months, and what is listed again must be
-- known still.
local keep_least = { runs = 1, reports = 7, orders = 190 }

local function keep_days(key, text, report)
  local days = type(text) == "string" and text:match("^(%d%d?%d?%d?)d$")
  if not days or tonumber(days) < keep_least[key] then
    report(key, ('expected days, "%dd" at the least, got "%s"'):format(keep_least[key],
      tostring(text)))
    return nil
  end
  return tonumber(days) * DAY
end

local function keeper(found, line_of, mistake)
  return function(given)
    local line = line_of()
    local function report(path, message)
      mistake(line, ("keep: %s%s"):format(path == "" and "" or path .. ": ", message))
    end
    if type(given) ~= "table" then
      report("", 'expected keep { runs = "90d", orders = "400d" }')
      return
    end
    if next(found.keep) then report("", "is there twice") end
    schema.check(given, keep_fields, report)
    for _, key in ipairs { "runs", "reports", "orders" } do
      if given[key] ~= nil then found.keep[key] = keep_days(key, given[key], report) end
    end
  end
end

local checks = { event = check_event, feed = check_feed, notify = check_notify,
  printer = check_printer }

--- The words, for suggestions.
words.names = { "event", "feed", "notify", "printer" }

local function reader(word, found, line_of, mistake)
  return function(name)
    local line = line_of()
    local function report(path, message)
      local where = path == "" and "" or path .. ": "
      mistake(line, ('%s "%s": %s%s'):format(word, tostring(name), where, message))
    end
    return function(given)
      if type(name) ~= "string" or not name:match("^%a[%w._-]*$") or type(given) ~= "table" then
        report("", ('expected %s "NAME" { … }'):format(word))
        return
      end
      if found[word][name] then report("", "is there twice") end
      local made = checks[word](name, given, report)
      made.line, made.report = line, report
      found[word][name] = made
    end
  end
end

--- Adds the words to the environment of a project file.
---@param env table
---@param line_of fun(): integer
---@param mistake fun(line: integer, message: string)
---@return table found by word and name
function words.install(env, line_of, mistake)
  local found = {}
  for _, word in ipairs(words.names) do
    found[word] = {}
    env[word] = reader(word, found, line_of, mistake)
  end
  found.keep = {}
  env.keep = keeper(found, line_of, mistake)
  return found
end

local function fields_of(event, kind)
  if event == "stock" then return { "warehouse", "product", "quantity", "account", "at" } end
  local fields = lists.keys(kind.fields)
  for _, name in ipairs(events.common) do fields[#fields + 1] = name end
  return fields
end

-- "weight.value" is a part of the table `weight`.
local function check_feed_field(feed, key, field, fields, kind)
  local first, rest = field:match("^([^.]+)(.*)$")
  if not lists.contains(fields, first or "") and first ~= "at" then
    feed.report(key .. "." .. field, ('event "%s" has no such field%s'):format(feed.event,
      suggest.hint(first or "", fields)))
  elseif rest ~= "" and (kind and kind.fields[first] or {}).type ~= "table" then
    feed.report(key .. "." .. field, ('"%s" is no table'):format(first))
  end
end

-- What an element of `packedItems` says; of other lists nobody knows.
local PACKED = { "line", "product", "quantity" }

local function check_feed_list(feed, kind)
  local field = kind and kind.fields[feed.list]
  local gathered = {}
  for name, one in pairs(kind and kind.fields or {}) do
    if one.type == "list" then gathered[#gathered + 1] = name end
  end
  if not field or field.type ~= "list" then
    feed.report("each." .. feed.list, ('event "%s" has no such list%s'):format(feed.event,
      suggest.hint(feed.list, gathered)))
  elseif feed.list == "packedItems" then
    for _, name in ipairs(lists.keys(feed.each)) do
      if not lists.contains(PACKED, name) then
        feed.report("each.packedItems." .. name, "expected line, product or quantity"
          .. suggest.hint(name, PACKED))
      end
    end
  end
end

local function check_feed_event(feed, kinds)
  if type(feed.event) ~= "string" then return end
  local kind = kinds[feed.event]
  if feed.event ~= "stock" and not kind then
    local known = lists.keys(kinds)
    known[#known + 1] = "stock"
    feed.report("event", ('"%s" is not declared; write event "%s" { … }%s'):format(
      feed.event, feed.event, suggest.hint(feed.event, known)))
    return
  end
  local fields = fields_of(feed.event, kind)
  for _, key in ipairs { "map", "set" } do
    for _, field in ipairs(lists.keys(feed[key])) do
      check_feed_field(feed, key, field, fields, kind)
    end
  end
  for _, field in ipairs(type(feed.id) == "table" and feed.id or {}) do
    check_feed_field(feed, "id", field, fields, kind)
  end
  if feed.list then check_feed_list(feed, kind) end
end

local function check_feed_account(feed, accounts)
  if feed.account and not accounts[feed.account] then
    feed.report("account", ('unknown account "%s"%s'):format(feed.account,
      suggest.hint(feed.account, lists.keys(accounts))))
  end
end

--- What can only be said when the whole file is read; built-in events are added.
---@param found table
---@param accounts table<string, any> by id
---@return table found as plain values
function words.finish(found, accounts)
  for name, event in pairs(events.floor) do
    found.event[name] = found.event[name] or event
  end
  for _, name in ipairs(lists.keys(found.feed)) do
    check_feed_event(found.feed[name], found.event)
    check_feed_account(found.feed[name], accounts)
  end
  for _, word in ipairs(words.names) do
    for _, made in pairs(found[word]) do made.report = nil end
  end
  return found
end

return words
