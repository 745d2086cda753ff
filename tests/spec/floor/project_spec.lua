--- event, feed, notify and printer in the project file: every mistake has its line, and a hint.
local project = require("dray.project")
local test = require("dray.test")

local ACCOUNT = test.project({ test.account(1) })

-- The mistakes of an account that is right and `text` behind it; nil when there is none. Line 1 is
-- the first line of `text`.
local function mistakes(text)
  local before = select(2, ACCOUNT:gsub("\n", "")) + 1
  local _, found = project.read("dray.lua", ACCOUNT .. "\n" .. text)
  return found and found:gsub("dray.lua:(%d+)", function(line)
    return "dray.lua:" .. tonumber(line) - before
  end)
end

describe("the project file's words for the floor", function()
  it("take events, feeds, notifiers and printers", function()
    local found = assert(project.read("dray.lua", ACCOUNT .. [[
event "damaged" { per = "box", fields = {
  reason = { "text", required = true, choices = { "wet", "torn" } }, pieces = "integer" } }
event "picked_up" { fields = { door = "text" } }
feed "dhl" { files = "inbox/dhl/*.csv", separator = ";", encoding = "latin1", decimal = ",",
  zone = "Europe/Berlin", time = "DD.MM.YYYY hh:mm",
  event = "carrier.scan", order_by = "trackingNumber", id = { "trackingNumber", "at" },
  map = { trackingNumber = "Sendung", at = { "Datum", "Zeit" }, statusCode = "Code" } }
feed "stock" { files = "inbox/stock/*.jsonl", event = "stock", warehouse = "DEL4" }
notify "desk" { command = { "mail", "-s", "dray", "desk@example.com" } }
printer "dock-1" { raw = "192.0.2.12:9100", formats = { "ZPL" } }
printer "office" { command = { "lp", "-d", "office" }, formats = { "PDF", "PNG" } }
]]))
    assert.equal("box", found.words.event.damaged.per)
    assert.equal("integer", found.words.event.damaged.fields.pieces.type)
    assert.same({ "wet", "torn" }, found.words.event.damaged.fields.reason.choices)
    assert.same({ "Datum", "Zeit" }, found.words.feed.dhl.map.at)
    assert.equal("jsonl", found.words.feed.stock.format)
    assert.same({ "mail", "-s", "dray", "desk@example.com" }, found.words.notify.desk.command)
    assert.equal("192.0.2.12:9100", found.words.printer["dock-1"].raw)
  end)

  it("have built-in events, and a declaration adds fields to them", function()
    local found = assert(project.read("dray.lua",
      ACCOUNT .. 'event "picked_up" { fields = { door = "text" } }'))
    assert.equal("box", found.words.event.packed.per)
    assert.equal("box", found.words.event.picked_up.per)
    assert.equal("text", found.words.event.picked_up.fields.door.type)
    assert.equal("text", found.words.event.picked_up.fields.carrier.type)
    assert.equal("at", found.words.event["carrier.scan"].latest)
  end)

  for text, expected in pairs {
    ['event "damaged" { pers = "box" }'] =
      'dray.lua:1: event "damaged": unknown key "pers" (did you mean "per"?)',
    ['event "damaged" { per = "bocks" }'] =
      'event "damaged": per: expected one of "order", "box", got "bocks"',
    ['event "damaged" { fields = { why = "txt" } }'] =
      'fields.why.type: expected one of .*did you mean "text"',
    ['event "damaged" { fields = { at = "time" } }'] = "fields.at: every event has it",
    ['event "boxed" { fields = { boxes = "integer" } }'] =
      'event "boxed": fields.boxes: facts have their boxes under this name',
    ['event "order.new" {}'] = 'event "order.new": dray tells this event itself',
    ['event "packed" { per = "order" }'] = 'event "packed": per: "packed" is built in, per = "box"',
    ['event "a" {}\nevent "a" {}'] = 'dray.lua:2: event "a": is there twice',
    ['event(5) {}'] = 'event "5": expected event "NAME" { … }',
    ['feed "f" { files = "inbox/*.csv", event = "pickd_up" }'] =
      'feed "f": event: "pickd_up" is not declared.*did you mean "picked_up"',
    ['feed "f" { files = "inbox/*.csv", event = "picked_up", map = { cariler = "x" } }'] =
      'map.cariler: event "picked_up" has no such field.*did you mean "carrier"',
    ['feed "f" { files = "/etc/*.csv", event = "picked_up" }'] =
      "files: expected files of a folder inside the project",
    ['feed "f" { files = "../x/*.csv", event = "picked_up" }'] = "lead out of the project",
    ['feed "f" { files = "state/in/*.csv", event = "picked_up" }'] = "state/ is dray's own folder",
    ['feed "f" { files = "in/*.dat", event = "picked_up" }'] =
      'format: missing: format = "csv", "json" or "jsonl"',
    ['feed "f" { files = "in/*.csv", event = "packed", each = { packdItems = { line = "x" } } }'] =
      'each.packdItems: event "packed" has no such list.*did you mean "packedItems"',
    ['feed "f" { files = "in/*.csv", event = "packed", each = { packedItems = { lin = "x" } } }'] =
      'each.packedItems.lin: expected line, product or quantity.*did you mean "line"',
    ['feed "f" { files = "in/*.csv", event = "packed", each = { packedItems = {} } }'] =
      "each: expected one list of the event",
    ['feed "f" { files = "in/*.csv", event = "packed", each = { packedItems = { line = 5 } } }'] =
      "each.packedItems.line: expected the name of a column",
    ['feed "f" { files = "in/*.csv", event = "stock", each = { lines = { line = "x" } } }'] =
      'each.lines: event "stock" has no such list',
    ['feed "f" { files = "in/*.csv", event = "picked_up", separator = "::" }'] =
      "separator: expected one character",
    ['feed "f" { files = "in/*.csv", event = "picked_up", time = "DD.MM.YY" }'] =
      "time: expected a form such as",
    ['feed "f" { files = "in/*.csv", event = "picked_up", order_by = "trackingnumber" }'] =
      'order_by: expected one of .*did you mean "trackingNumber"',
    ['feed "f" { files = "in/*.csv", event = "picked_up", account = "acm" }'] =
      'account: unknown account "acm" %(did you mean "acme"',
    ['feed "f" { files = "in/*.csv" }'] = 'feed "f": event: missing',
    ['notify "desk" { comand = { "mail" } }'] =
      'notify "desk": unknown key "comand" (did you mean "command"?)',
    ['notify "desk" { command = "mail" }'] =
      'notify "desk": command: expected a list of texts, got "mail"',
    ['printer "d" { formats = { "ZPL" } }'] = 'printer "d": say how: raw = "HOST:PORT" or command',
    ['printer "d" { raw = "192.0.2.12", formats = { "ZPL" } }'] = 'raw: expected "HOST:PORT"',
    ['printer "d" { raw = "h:1", formats = { "ZPLL" } }'] =
      'formats: unknown format "ZPLL" (did you mean "ZPL"?)',
    ['notfy "desk" {}'] = 'unknown word "notfy" (did you mean "notify"?)',
  } do
    it("refuse " .. text:gsub("\n", " "), function()
      local found = mistakes(text)
      assert.is_truthy(found, "no mistake was found")
      assert.is_truthy(found:find(expected, 1, true) or found:find(expected), found)
    end)
  end

  it("show all mistakes at once", function()
    local found = mistakes('event "a" { pr = "box" }\nnotify "b" {}\nprinter "c" {}')
    assert.is_truthy(found:find("dray.lua:1:", 1, true), found)
    assert.is_truthy(found:find("dray.lua:2:", 1, true), found)
    assert.is_truthy(found:find("dray.lua:3:", 1, true), found)
  end)

  it("refuse a zone that does not exist, with the line", function()
    local ok, message = pcall(test.host, { project = ACCOUNT
      .. '\nfeed "f" { files = "in/*.csv", event = "picked_up", zone = "Europe/Berlim" }' })
    assert.is_false(ok)
    assert.is_truthy(message:find('dray.lua:%d+: feed "f": zone: .*Europe/Berlin'), message)
  end)

  it("refuse a warning time that is none", function()
    local ok, message = pcall(test.host, {
      project = ACCOUNT:gsub("sellingParty", 'deadlines = { confirm = "soon" }, sellingParty', 1) })
    assert.is_false(ok)
    assert.is_truthy(message:find("deadlines.confirm: .*soon"), message)
  end)
end)

describe("how long what is over is kept", function()
  it("is said in days", function()
    local found = assert(project.read("dray.lua",
      ACCOUNT .. 'keep { runs = "30d", orders = "2000d" }'))
    assert.same({ runs = 30 * 86400000, orders = 2000 * 86400000 }, found.words.keep)
  end)

  for text, message in pairs({
    ['keep { runs = "30" }'] = 'keep: runs: expected days, "1d" at the least, got "30"',
    ['keep { orders = "90d" }'] = 'keep: orders: expected days, "190d" at the least, got "90d"',
    ['keep { reports = 7 }'] = "keep: reports: expected a text, got 7",
    ['keep { run = "30d" }'] = 'did you mean "runs"',
    ['keep "30d"'] = "keep: expected keep { runs",
    ['keep { runs = "30d" } keep { runs = "30d" }'] = "keep: is there twice",
  }) do
    it("with its line when it is wrong: " .. text, function()
      local found = mistakes(text)
      assert(found and found:find("dray.lua:1: ", 1, true), found)
      assert(found:find(message, 1, true), found)
    end)
  end
end)
