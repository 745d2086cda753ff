--- Files of the warehouse and of carriers become reports, row by row.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "../vendor/support.lua")
local test = require("dray.test")

local FEEDS = [[
event "weighed" { per = "box", fields = { weight = "decimal", pieces = "integer", sealed = "flag",
  what = "table", note = "text" } }
feed "dhl" { files = "inbox/dhl/*.csv", separator = ";", encoding = "latin1", decimal = ",",
  zone = "Europe/Berlin", time = "DD.MM.YYYY hh:mm", event = "carrier.scan",
  order_by = "trackingNumber", map = { trackingNumber = "Sendung", at = { "Datum", "Zeit" },
  statusCode = "Code", reasonCode = "Grund", ["place.city"] = "Ort" },
  set = { ["place.countryCode"] = "DE" } }
feed "scale" { files = "inbox/scale/*.csv", separator = ";", decimal = ",", event = "weighed",
  map = { order = "PO", weight = "kg", pieces = "n", sealed = "zu", note = "Text" } }
feed "gate" { files = "inbox/gate/*.jsonl", event = "picked_up" }
feed "list" { files = "inbox/list/*.json", event = "picked_up", id = { "order", "carrier" },
  map = { order = "shipment.po", carrier = "shipment.by" } }
event "boxed" { fields = { lines = "list" } }
feed "wms" { files = "inbox/wms/*.csv", separator = ";", decimal = ",", event = "packed",
  map = { order = "PO", box = "Karton", ["weight.value"] = "kg", at = "Zeit" },
  set = { ["weight.unitOfMeasure"] = "KG" },
  each = { packedItems = { line = "Pos", product = "SKU", quantity = "Menge" } } }
feed "plan" { files = "inbox/plan/*.jsonl", event = "boxed",
  each = { lines = { box = "carton", line = "line", product = "sku", quantity = "n" } } }
feed "shelf" { files = "inbox/shelf/*.csv", event = "stock", warehouse = "BER3" }
]]

local host, po

-- A host that knows one order of each warehouse and reads its feeds.
local function begin(options)
  options = options or {}
  options.project = test.project({ test.account(2) }) .. FEEDS
  host = support.host(options)
  support.run(host, 'poll "orders"')
  po = host:orders()[1].purchaseOrderNumber
  host:feeds()
end

-- Puts a file into a feed's folder and lets it be read.
local function drop(path, text)
  assert(os.execute(("mkdir -p '%s/%s'"):format(host.folder, path:match("^(.*)/"))))
  host:write(path, text)
  host:advance("1m")
end

local function count(order, event)
  return test.count(host:log(order), "what")[event] or 0
end

local function fact(name, expected)
  for field, value in pairs(expected) do
    support.run(host, ("local v = order(%q).facts[%q].%s assert(v == %s, tostring(v))"):format(
      po, name, field, type(value) == "string" and ("%q"):format(value) or tostring(value)))
  end
end

describe("a carrier's file", function()
  it("in local time, Latin-1 and with its own columns is read as it is meant", function()
    begin()
    host:event("packed", po, { trackingNumber = "000123" })
    drop("inbox/dhl/a.csv", "Sendung;Datum;Zeit;Code;Grund;Ort\r\n"
      .. "000123;23.11.2026;08:15;D1;000;M\252nchen\r\n")
    fact("carrier.scan", { trackingNumber = "000123", at = "2026-11-23T07:15:00Z",
      statusCode = "D1", reasonCode = "000", ["place.city"] = "München",
      ["place.countryCode"] = "DE" })
    assert.is_truthy(host:read("inbox/dhl/done/a.csv"))
    assert.is_nil(host:read("inbox/dhl/a.csv"))
  end)

  it("that holds everything since Monday changes nothing but what is new", function()
    begin()
    host:event("packed", po, { trackingNumber = "T1" })
    local head = "Sendung;Datum;Zeit;Code;Grund;Ort\n"
    local first, second = "T1;23.11.2026;06:15;AA;NS;Ulm\n", "T1;23.11.2026;07:15;D1;NS;Ulm\n"
    drop("inbox/dhl/a.csv", head .. first)
    drop("inbox/dhl/b.csv", head .. first .. second .. first)
    drop("inbox/dhl/a.csv", head .. first)
    assert.equal(2, count(po, "carrier.scan"))
    fact("carrier.scan", { statusCode = "D1" })
    assert.is_truthy(host:read("inbox/dhl/done/a.csv.2"), "a second file of that name is kept")
  end)

  it("with rows of parcels that nobody knows yet waits for them", function()
    begin()
    drop("inbox/dhl/a.csv", "Sendung;Datum;Zeit;Code;Grund;Ort\nT9;23.11.2026;08:15;D1;NS;Ulm\n")
    assert.equal("T9", host:waiting()[1].trackingNumber)
    assert.equal("feed dhl", host:waiting()[1].source)
    host:event("packed", po, { trackingNumber = "T9" })
    assert.equal(0, #host:waiting())
    fact("carrier.scan", { at = "2026-11-23T07:15:00Z" })
  end)
end)

describe("a file with wrong rows", function()
  it("goes to failed/ with the reason of each, and its right rows are taken", function()
    begin()
    drop("inbox/scale/a.csv", table.concat({ "PO;kg;n;zu;Text",
      po .. ";1.234,50;2;yes;ok", po .. ";heavy;2;yes;", po .. ";1;two;yes;", ";1;1;no;",
      po .. ";1;1", po .. ';"1"x;1;no;', po .. ";2,5;3;no;\255" }, "\n") .. "\n")
    fact("weighed", { weight = "1234.50", pieces = 2, sealed = true, note = "ok" })
    assert.is_truthy(host:read("inbox/scale/failed/a.csv"))
    local reasons = host:read("inbox/scale/failed/a.csv.reason.txt")
    for line, why in pairs {
      [3] = 'weight: expected a decimal such as "1.5", got "heavy"',
      [4] = 'pieces: expected a whole number, got "two"',
      [5] = "order: missing",
      [6] = "3 columns, the header has 5",
      [7] = "text behind a closing quote",
      [8] = 'column "Text" is not UTF-8; is the file encoding = "latin1"?',
    } do
      assert.is_truthy(reasons:find(("line %d: %s"):format(line, why), 1, true), reasons)
    end
    assert.equal(1, count(po, "weighed"))
  end)

  it("is taken not at all when its header is wrong", function()
    begin()
    drop("inbox/scale/a.csv", "PO;Kg;n;zu;Text\n" .. po .. ";1;1;no;\n")
    assert.equal('line 1: the header has no column "kg" (did you mean "Kg"?)\n',
      host:read("inbox/scale/failed/a.csv.reason.txt"))
    assert.equal(0, count(po, "weighed"))
  end)

  it("says so when it is empty, no JSON, or no list", function()
    begin()
    drop("inbox/scale/a.csv", "")
    assert.equal("line 1: it has no header\n", host:read("inbox/scale/failed/a.csv.reason.txt"))
    drop("inbox/list/a.json", "<html>")
    assert.is_truthy(host:read("inbox/list/failed/a.json.reason.txt"):find("expected a value"))
    drop("inbox/list/b.json", '{"po":1}')
    assert.is_truthy(host:read("inbox/list/failed/b.json.reason.txt"):find("expected a list"))
  end)

  it("names a time of another form than the feed's", function()
    begin()
    drop("inbox/dhl/a.csv", "Sendung;Datum;Zeit;Code;Grund;Ort\nT1;2026-11-23;08:15;D1;NS;Ulm\n")
    assert.equal('line 2: at: expected a time of the form "DD.MM.YYYY hh:mm", '
      .. 'got "2026-11-23 08:15"\n', host:read("inbox/dhl/failed/a.csv.reason.txt"))
  end)
end)

describe("JSON", function()
  it("lines are reports as they stand", function()
    begin()
    drop("inbox/gate/a.jsonl", ('{"order":%q,"carrier":"DHL","at":"2026-11-23T07:00:00Z"}\n\n'
      .. '{"order":5}\nx\n'):format(po))
    fact("picked_up", { carrier = "DHL", at = "2026-11-23T07:00:00Z" })
    local reasons = host:read("inbox/gate/failed/a.jsonl.reason.txt")
    assert.is_truthy(reasons:find("line 3: order: expected a text", 1, true), reasons)
    assert.is_truthy(reasons:find("line 4: ", 1, true), reasons)
  end)

  it("lists are gone through element by element, by ways into each", function()
    begin()
    drop("inbox/list/a.json", ('[{"shipment":{"po":%q,"by":"UPS"}},'
      .. '{"shipment":{"po":%q,"by":"DPD"}},7]'):format(po, po))
    fact("picked_up", { carrier = "DPD" })
    assert.equal("element 3: expected an object\n",
      host:read("inbox/list/failed/a.json.reason.txt"))
    drop("inbox/list/b.json", ('[{"shipment":{"po":%q,"by":"UPS"}}]'):format(po))
    fact("picked_up", { carrier = "DPD" })
    assert.equal(2, count(po, "picked_up"))
  end)
end)

describe("a feed", function()
  it("of stock sets the levels of its warehouse", function()
    begin()
    drop("inbox/shelf/a.csv", "product,quantity\nSKU-A,12\nSKU-B,many\n")
    local stock
    for _, entry in ipairs(host:log()) do
      if entry.what == "stock" then stock = entry.detail end
    end
    assert.equal("SKU-A", stock.product)
    assert.equal(12, stock.quantity)
    assert.equal("BER3", stock.warehouse)
    assert.equal("line 3: quantity: expected a whole number\n",
      host:read("inbox/shelf/failed/a.csv.reason.txt"))
  end)

  it("leaves a file alone that is still being written", function()
    begin()
    assert(os.execute(("mkdir -p '%s/inbox/gate'"):format(host.folder)))
    local path = "inbox/gate/a.jsonl"
    host:advance("5s")
    for i = 1, 3 do
      host:write(path, ('{"order":%q,"at":"2026-11-23T07:00:00Z"}\n'):format(po):rep(i))
      host:advance("900ms")
    end
    assert.is_truthy(host:read(path))
    host:advance("10s")
    assert.is_nil(host:read(path))
    assert.equal(1, count(po, "picked_up"))
  end)

  it("leaves links, hidden files and other names alone", function()
    begin()
    drop("inbox/gate/.hidden.jsonl", '{"order":"X"}\n')
    drop("inbox/gate/a.jsonl.tmp", '{"order":"X"}\n')
    host:write("secret", '{"order":"X"}\n')
    assert(os.execute(("ln -s ../../secret '%s/inbox/gate/b.jsonl'"):format(host.folder)))
    host:advance("1m")
    assert.equal(0, #host:waiting())
    assert.is_truthy(host:read("secret"))
  end)

  -- A million rows with DRAY_TEST_DEEP.
  it("reads a file of very many rows, among them wrong ones", function()
    begin()
    local all = os.getenv("DRAY_TEST_DEEP") and 1000000 or 20000
    local rows = { "product,quantity" }
    for i = 1, all do
      rows[i + 1] = ("SKU-%d,%s"):format(i % 500, i % 5000 == 0 and "many" or i)
    end
    for _, good in ipairs(require("sim.places").goods) do
      rows[#rows + 1] = ("%s,77\n%s,77"):format(good.sku, good.asin)
    end
    assert(os.execute(("mkdir -p '%s/inbox/shelf'"):format(host.folder)))
    host:write("inbox/shelf/a.csv", table.concat(rows, "\n"))
    host:advance("1h")
    local _, wrong = host:read("inbox/shelf/failed/a.csv.reason.txt"):gsub("\n", "\n")
    assert.equal(all // 5000, wrong)
    support.run(host, 'assert(order("$PO").items[1].free == 77)', support.order(host, "BER3"))
  end)

  it("reads a file of many portions, and again from its beginning after a restart", function()
    begin { disk = true }
    local rows = {}
    for i = 1, 2500 do
      rows[i] = ('{"order":%q,"box":"B%d","at":"2026-11-23T07:00:00Z"}'):format(po, i)
    end
    rows[2501] = "wrong"
    assert(os.execute(("mkdir -p '%s/inbox/gate'"):format(host.folder)))
    host:write("inbox/gate/a.jsonl", table.concat(rows, "\n"))
    host:restart()
    host:feeds()
    host:advance("1m")
    assert.equal(2500, count(po, "picked_up"))
    assert.is_truthy(host:read("inbox/gate/failed/a.jsonl.reason.txt"):find("line 2501", 1, true))
    local gate = host.folder .. "/inbox/gate/"
    assert(os.rename(gate .. "failed/a.jsonl", gate .. "a.jsonl"))
    host:restart()
    host:feeds()
    host:advance("1m")
    assert.equal(2500, count(po, "picked_up"))
  end)
end)

describe("a file with a row for each packed line", function()
  local HEAD = "PO;Karton;Pos;SKU;Menge;kg;Zeit\n"

  local function rows(...)
    local text = HEAD
    for _, row in ipairs { ... } do text = text .. row:gsub("^PO", po) .. "\n" end
    return text
  end

  local function box(name) return ("order(%q).facts.packed[%q]"):format(po, name) end

  local function holds(name, ...)
    local items = {}
    for i, item in ipairs { ... } do items[i] = ("%dx%d"):format(item[1], item[2]) end
    support.run(host, ([[local out = {}
      for i, item in ipairs(%s.packedItems) do
        out[i] = item.itemSequenceNumber .. "x" .. item.packedQuantity.amount
      end
      assert(table.concat(out, " ") == %q, table.concat(out, " "))]]):format(box(name),
        table.concat(items, " ")))
  end

  -- An order of three lines that dray knows by now.
  local function three_lines()
    host = support.host { project = test.project({ test.account(2) }) .. FEEDS }
    support.lines(support.order(host), { 2, 2, 1 })
    support.run(host, 'poll "orders"')
    po = support.order(host).purchaseOrderNumber
    host:feeds()
  end

  it("is one report for each box, in whatever order its rows stand", function()
    three_lines()
    drop("inbox/wms/a.csv", rows("PO;1;1;;2;2,5;2026-11-23T06:00Z", "PO;2;2;;1;1,25;",
      "PO;1;2;;1;;2026-11-23T06:10Z", "PO;2;3;;1;1,25;"))
    assert.is_nil(host:read("inbox/wms/failed/a.csv.reason.txt"))
    assert.equal(2, count(po, "packed"))
    holds("1", { 1, 2 }, { 2, 1 })
    holds("2", { 2, 1 }, { 3, 1 })
    support.run(host, ('assert(%s.weight.value == "2.5")'):format(box "1"))
    support.run(host, ('assert(%s.at == "2026-11-23T06:10:00Z")'):format(box "1"))
  end)

  it("changes nothing when it comes again, and corrects a box that holds something else", function()
    three_lines()
    local first = rows("PO;1;1;;2;2,5;2026-11-23T06:00Z", "PO;2;2;;2;1,25;2026-11-23T06:00Z")
    drop("inbox/wms/a.csv", first)
    drop("inbox/wms/b.csv", first)
    assert.equal(2, count(po, "packed"))
    drop("inbox/wms/c.csv", first .. po .. ";2;3;;1;1,25;2026-11-23T06:00Z\n")
    assert.equal(3, count(po, "packed"))
    holds("2", { 2, 2 }, { 3, 1 })
  end)

  local function reasons(file) return host:read("inbox/wms/failed/" .. file .. ".reason.txt") end

  it("takes no part of a box that has a wrong row, and all of the others", function()
    three_lines()
    drop("inbox/wms/a.csv", rows("PO;1;1;;2;2,5;", "PO;1;2;;one;2,5;", "PO;2;3;;1;1;",
      "PO;3;2;;1;1;", "PO;3;2;;1;7;"))
    assert.equal(1, count(po, "packed"))
    holds("2", { 3, 1 })
    assert.equal('line 3: quantity: expected a whole number, got "one"\n'
      .. "line 2: not taken, since line 3 belongs to it and is wrong\n"
      .. "line 5: not taken, since line 6 belongs to it and says another weight\n",
      reasons "a.csv")
  end)

  it("is not taken at all when a row cannot be read: it may belong to any box", function()
    three_lines()
    drop("inbox/wms/a.csv", rows("PO;1;1;;2;2,5;", "PO;1;2"))
    assert.equal(0, count(po, "packed"))
    assert.equal("line 3: 3 columns, the header has 7\nfile 1: nothing of it was taken: nobody "
      .. "can say to which report its wrong rows belong\n", reasons "a.csv")
    drop("inbox/wms/b.csv", rows("PO;1;1;;2;2,5;", ";1;2;;1;2,5;"))
    assert.equal(0, count(po, "packed"))
    assert.is_truthy(reasons("b.csv"):find("line 3: order: missing", 1, true))
  end)

  it("names lines by product, too, and a line that the order does not have", function()
    three_lines()
    local sku = require("sim.places").goods[3].sku
    drop("inbox/wms/a.csv", rows(("PO;1;;%s;1;1;"):format(sku), "PO;2;9;;1;1;"))
    holds("1", { 3, 1 })
    assert.is_truthy(reasons("a.csv"):find("line 3: packedItems[1].line: order", 1, true))
  end)

  it("waits whole when nobody knows its order yet", function()
    three_lines()
    drop("inbox/wms/a.csv", HEAD .. "NEW1;1;1;;2;1;\nNEW1;1;2;;1;1;\n")
    assert.equal(1, #host:waiting())
  end)

  it("has a list of its own declared event, from JSON as well", function()
    begin()
    drop("inbox/plan/a.jsonl", ('{"order":%q,"carton":"A","line":1,"sku":"007","n":"2"}\n'
      .. '{"order":%q,"carton":"B","line":2,"n":1}\n'):format(po, po))
    support.run(host, [[local list = order("$PO").facts.boxed.lines
      assert(#list == 2 and list[1].box == "A" and list[1].product == "007")
      assert(list[1].quantity == 2 and list[2].line == 2 and list[2].product == nil)]],
      { purchaseOrderNumber = po })
  end)
end)
