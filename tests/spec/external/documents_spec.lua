local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, shipment

local function begin(where, options)
  if host then host:close() end
  host, shipment = support.begin(where or "easy", options)
end

local PROCESS = "local done, why = s:process { packages = $PACKAGES, ship = false } "

local function labels()
  local out = {}
  for _, document in ipairs(host:documents()) do
    if document.kind == "label" then out[#out + 1] = document end
  end
  return out
end

local function asked()
  return support.told(host, shipment, "labels", "1").told
end

-- Every file below the project's folder, and the log, in one text.
local function everything()
  local pipe = assert(io.popen(("find '%s' -type f -exec cat {} +"):format(host.folder)))
  local text = pipe:read("a")
  pipe:close()
  for _, entry in ipairs(host:log()) do
    for _, value in pairs(entry.detail or {}) do text = text .. "\n" .. tostring(value) end
  end
  return text
end

describe("a label's file", function()
  it("is fetched at once, without a token, and kept under its own format", function()
    begin()
    support.run(host, PROCESS .. "assert(done, why)", shipment)
    local kept = labels()
    assert.are.equal(1, #kept)
    assert.are.same({ "PDF", "PDF", "", "1" },
      { kept[1].format, kept[1].said, kept[1].flaw, kept[1].package })
    local files = host.amazon:ledger().files
    assert.are.same({ 1, 0, 0 }, { files.given, files.with_token, files.expired })
  end)

  it("is behind a URL that stands in no file, no state, no log", function()
    begin("easy", { disk = true })
    host:faults({ { operation = "labelFile", kind = "gone", nth = { 1 } } })
    support.run(host, PROCESS .. "assert(done, why)", shipment)
    local text = everything()
    assert.is_true(#text > 10000)
    assert.is_nil(text:find("sim-files", 1, true))
    assert.is_nil(text:find("X-Amz-", 1, true))
  end)

  for kind, reason in pairs({
    redirects = "its URL leads elsewhere (HTTP 302)",
    huge = "longer than",
    page = "what its URL answered is no label",
    gone = "its URL answered HTTP 403",
  }) do
    it(("that %s is asked for again behind a new URL, and the same label comes"):format(kind),
      function()
      begin()
      host:faults({ { operation = "labelFile", kind = kind, nth = { 1 } } })
      support.run(host, PROCESS .. "assert(done, why) assert(#s.labels == 1)", shipment)
      assert.are.equal(2, asked())
      assert.are.equal(1, #labels())
      assert.is_true(says(support.story(host), reason), support.story(host))
    end)
  end

  it("that does not come within half a minute is asked for again", function()
    begin()
    host:faults({ { operation = "labelFile", kind = "late", delay_ms = 45000, nth = { 1 } } })
    support.run(host, PROCESS .. "assert(done, why) assert(#s.labels == 1)", shipment)
    assert.are.equal(2, asked())
    assert.is_true(says(support.story(host), "its URL gave no answer"), support.story(host))
  end)

  it("cannot be asked for by a script's call, which would hand it its address", function()
    begin()
    local why = support.fails(host, [[call("generateShipLabels", { shipmentId = "$ID",
      operation = "GENERATE" })]], shipment)
    assert.is_true(says(why, "generateShipLabels"), why)
    assert.are.equal(0, asked())
  end)

  it("behind plain http to elsewhere is never asked for", function()
    begin()
    host:faults({ { operation = "generateShipLabels", kind = "plain_http", nth = { 1 } } })
    support.run(host, PROCESS .. "assert(done, why)", shipment)
    assert.is_true(says(support.story(host), "its URL is not https; it is not asked"))
    assert.are.equal(2, asked())
  end)

  it("that says another format than its bytes have is kept, with a flaw", function()
    begin()
    host:faults({ { operation = "labelFile", kind = "mislabelled", nth = { 1 } } })
    support.run(host, PROCESS .. "assert(done, why)", shipment)
    local kept = labels()[1]
    assert.are.same({ "PDF", "PNG" }, { kept.format, kept.said })
    assert.is_true(says(kept.flaw, "Amazon calls it PNG, its bytes are PDF"), kept.flaw)
  end)

  it("that never comes is held for a person after some tries", function()
    begin()
    host:faults({ { operation = "labelFile", kind = "page", rate = 1 } })
    support.run(host, PROCESS .. [[assert(not done and why:find "generate_labels is held", why)]],
      shipment)
    assert.are.equal(4, asked())
    assert.are.equal(0, #labels())
  end)

  it("is asked for again after dray was stopped between the answer and the file", function()
    begin("easy", { disk = true })
    host:faults({ { operation = "labelFile", kind = "late", delay_ms = 25000, nth = { 1 } } })
    local result = host:run(([[
      local s = shipment "$ID"
      s:process { packages = { {
        dimensions = { length = { value = "9", dimensionUnit = "CM" },
          width = { value = "9", dimensionUnit = "CM" },
          height = { value = "9", dimensionUnit = "CM" } },
        weight = { value = "1", weightUnit = "KG" },
      } }, ship = false }
    ]]):gsub("$ID", shipment.id), nil, "20s")
    assert.is_false(result.ok)
    assert.are.equal("accepted", support.effect(host, "generate_labels").state)
    host:restart()
    support.run(host, "settle()", shipment)
    host:advance("10m")
    assert.are.equal("succeeded", support.effect(host, "generate_labels").state)
    assert.are.equal(1, #labels())
  end)
end)

describe("packages whose label fails inside a 200", function()
  local TWO = { share = { several_boxes = 1 }, prepare = function(it)
    it.boxes = 2
    it.lines[1].quantity = 2
  end }

  it("are asked for again alone; the others keep theirs", function()
    begin("easy", TWO)
    support.run(host, [[
      s:confirm() s:create_packages { packages = $PACKAGES }
      s:shipping_options "1" s:shipping_options "2" s:generate_invoice() settle()
    ]], shipment)
    host.amazon.settings.share.label_fails = 1 -- at the first try
    shipment.packages[1].tried = true
    support.run(host, [[
      assert(s:generate_labels():wait() == "succeeded")
      assert(#s.labels == 2)
    ]], shipment)
    assert.are.equal(1, asked())
    assert.are.equal(2, support.told(host, shipment, "labels", "2").told)
    assert.is_true(says(support.story(host), "A temporary failure occurred"))
  end)
end)

describe("a gift's message and its wrap label", function()
  it("are kept as documents that can be printed", function()
    begin("easy", { share = { gift = 1 } })
    support.run(host, [[
      assert(s.gift and s.slip_required)
      sleep "1s"
      assert(#s.gift_messages == 1 and s.gift_messages[1].kind == "gift")
      assert(s.gift_messages[1].format == "TEXT" and s.gift_messages[1].flaw == "")
      assert(#s.wrap_labels == 1 and s.wrap_labels[1].kind == "wrap")
      assert(s.wrap_labels[1].package == s.items[1].shipmentLineItemId)
    ]], shipment)
  end)
end)

describe("a gift's papers", function()
  it("come out of a printer that takes text, and of no other", function()
    if host then host:close() end
    local drawer = os.tmpname()
    finally(function() os.remove(drawer) end)
    host = support.host("easy", { share = { gift = 1 }, words = ([[
printer "dock" { command = { "cat" }, formats = { "ZPL", "PDF" } }
printer "cards" { command = { "sh", "-c", "cat >> %s" }, formats = { "TEXT" } }
]]):format(drawer) })
    support.run(host, 'poll "shipments" sleep "1s"')
    shipment = support.shipment(host)
    support.run(host, [[
      s.gift_messages[1]:print "cards"
      s.wrap_labels[1]:print "cards"
      local ok, why = try(function() s.gift_messages[1]:print "dock" end)
      assert(not ok and why.message:find('takes ZPL PDF; the gift of order', 1, true), why)
      sleep "10s"
    ]], shipment)
    host:advance("1m")
    local file = assert(io.open(drawer, "rb"))
    local text = file:read("a")
    file:close()
    assert.is_true(says(text, "All the best!") and says(text, "WRAP-1"), text)
    assert.are.equal("taken", host:event("gift.printed", shipment.id, { box = "0" }))
    assert.are.equal("taken", host:event("wrap.printed", shipment.id, { box = "0" }))
    for _, effect in ipairs(support.effects(host, "print")) do
      assert.are.equal("succeeded", effect.state, effect.why)
    end
  end)
end)

describe("an invoice", function()
  it("that another tool had made is fetched, not made again", function()
    begin()
    host.amazon.outside:move(shipment, "INVOICE_GENERATED")
    support.run(host, [[
      poll "progress"
      assert(s:invoice().format == "PDF")
      s:generate_labels()
      settle()
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "invoice").told)
  end)

  it("that says another format than its bytes have is kept, with a flaw", function()
    begin()
    local invoice = require("sim.external")
    local found
    for _, operation in ipairs(invoice.list) do
      found = operation.name == "generateInvoice" and operation or found
    end
    local handle = found.handle
    finally(function() found.handle = handle end)
    found.handle = function(...)
      local status, text = handle(...)
      return status, text and (text:gsub('"PDF"', '"PNG"'))
    end
    support.run(host, "s:confirm() s:create_packages { packages = $PACKAGES } settle() "
      .. "s:shipping_options('1'):wait() assert(s:generate_invoice():wait() == 'succeeded')",
      shipment)
    for _, document in ipairs(host:documents()) do
      assert.are.same({ "invoice", "PDF", "PNG" }, { document.kind, document.format,
        document.said })
      assert.is_true(says(document.flaw, "Amazon calls it PNG, its bytes are PDF"), document.flaw)
    end
    assert.are.equal(1, #host:documents())
  end)

  it("that Amazon does not have yet is told as such", function()
    begin()
    support.run(host, [[
      local paper, why = s:invoice()
      assert(not paper and why == "Amazon has no invoice for this shipment yet", why)
    ]], shipment)
  end)

  it("is not asked for where the shipment requires none", function()
    begin("self")
    support.run(host, [[
      s:confirm() s:create_packages { packages = $PACKAGES }
      local e, why = s:generate_invoice()
      assert(not e and why == "the shipment requires no invoice", why)
    ]], shipment)
  end)
end)
