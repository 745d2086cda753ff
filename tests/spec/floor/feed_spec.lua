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
