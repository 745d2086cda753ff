--- What the floor and the carrier report becomes events and facts of orders.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "../vendor/support.lua")
local test = require("dray.test")

local ZONED = "2026-11-23T08:30:00+01:00"

-- Events of an order, by name: how often each stands in its log.
local function events(host, order)
  return test.count(host:log(order), "what")
end

-- Runs a script and gives what it kept with `keep`.
local function run(host, script)
  local result = host:run(script)
  assert.is_true(result.ok, result.error)
end

local DECLARED = [[
event "damaged" { per = "order", fields = {
  reason = { "text", required = true, choices = { "wet", "torn" } }, pieces = "integer",
  since = "time" } }
event "weighed" { per = "box", fields = { weight = "decimal", sealed = "flag", scale = "table" } }
]]

local function declared_host(options)
  options = options or {}
  options.project = test.project({ test.account(2) }) .. DECLARED
  return support.host(options)
end

describe("a report of the floor", function()
  it("is an event and a fact of its order", function()
    local host = support.host()
    run(host, 'poll "orders"')
    local po = host:orders()[1].purchaseOrderNumber
    assert.equal("taken", host:event("picked_up", po, { at = ZONED, carrier = "DHL" }))
    assert.equal(1, events(host, po).picked_up)
    run(host, ([[local o = order(%q)
      assert(o.facts.picked_up.at == "2026-11-23T07:30:00Z", o.facts.picked_up.at)
      assert(o.facts.picked_up.carrier == "DHL")
      assert(o.facts.packed == nil)]]):format(po))
  end)

  it("changes nothing when it comes again word for word", function()
    local host = support.host()
    run(host, 'poll "orders"')
    local po = host:orders()[1].purchaseOrderNumber
    assert.equal("taken", host:event("picked_up", po, { at = ZONED }))
    assert.equal("same", host:event("picked_up", po, { at = ZONED }))
    host:advance("1h")
    assert.equal("taken", host:event("slip.printed", po, {}))
    host:advance("1h")
    assert.equal("same", host:event("slip.printed", po, {}))
    assert.equal(1, events(host, po).picked_up)
    assert.equal(1, events(host, po)["slip.printed"])
  end)

  it("is known again by its id, and an id used twice is told", function()
    local host = support.host()
    run(host, 'poll "orders"')
    local po = host:orders()[1].purchaseOrderNumber
    assert.equal("taken", host:event("picked_up", po, {}, "truck-1"))
    host:advance("1h")
    assert.equal("same", host:event("picked_up", po, {}, "truck-1"))
    local outcome, message = host:event("picked_up", po, { carrier = "UPS" }, "truck-1")
    assert.is_nil(outcome)
    assert.is_truthy(message:find('id: "truck-1" was used before', 1, true), message)
    assert.equal(1, events(host, po).picked_up)
  end)

  it("corrects what was told of the same box before", function()
    local host = support.host()
    run(host, 'poll "orders"')
    local po = host:orders()[1].purchaseOrderNumber
    host:event("picked_up", po, { box = "A", at = "2026-11-23T07:00:00Z" })
    host:event("picked_up", po, { box = "B", at = "2026-11-23T06:30:00Z" })
    host:event("picked_up", po, { box = "A", at = "2026-11-23T06:00:00Z" })
    run(host, ([[local f = order(%q).facts.picked_up
      assert(f.boxes.A.at == "2026-11-23T06:00:00Z", f.boxes.A.at)
      assert(f.A.at == "2026-11-23T06:00:00Z")
      assert(f.at == "2026-11-23T06:30:00Z" and f.box == "B", "the last one of all boxes")
      ]]):format(po))
    assert.equal(3, events(host, po).picked_up)
  end)

  it("of a carrier that comes late does not hide what happened after it", function()
    local host = support.host()
    run(host, 'poll "orders"')
    local po = host:orders()[1].purchaseOrderNumber
    host:event("carrier.scan", po, { meaning = "DELIVERED", at = "2026-11-23T07:00:00Z" })
    host:event("carrier.scan", po, { meaning = "IN_TRANSIT", at = "2026-11-23T06:00:00Z" })
    run(host, ('assert(order(%q).facts["carrier.scan"].meaning == "DELIVERED")'):format(po))
    assert.equal(2, events(host, po)["carrier.scan"])
  end)

  it("has the time of its warehouse's wall when it says no zone", function()
    local host = support.host()
    run(host, 'poll "orders"')
    for _, o in ipairs(host:orders()) do
      local at = o.warehouse == "BER3" and "2026-11-23T08:30" or "2026-11-23T13:00"
      assert.equal("taken", host:event("picked_up", o.purchaseOrderNumber, { at = at }))
      run(host, ('assert(order(%q).facts.picked_up.at == "2026-11-23T07:30:00Z")'):format(
        o.purchaseOrderNumber))
    end
  end)

  it("asks which box, where the order has several", function()
    local host = support.host()
    run(host, 'poll "orders"')
    local po = host:orders()[1].purchaseOrderNumber
    host:event("packed", po, { box = "A" })
    host:event("packed", po, { box = "B" })
    local outcome, message = host:event("picked_up", po, {})
    assert.is_nil(outcome)
    local wanted = ('box: missing: order %s has 2 boxes ("A", "B")'):format(po)
    assert.is_truthy(message:find(wanted, 1, true), message)
    assert.equal("taken", host:event("picked_up", po, { box = "B" }))
  end)

  it("finds its order by the tracking number of a label", function()
    local host = support.host { orders = 1 }
    run(host, [[poll "orders"
      for o in orders {} do o:accept() o:request_label() end
      settle()]])
    local label = host:documents()[1]
    assert.equal("taken", host:event("picked_up", nil, { trackingNumber = label.trackingNumber }))
    run(host, ([[local f = order(%q).facts.picked_up
      assert(f.box == %q, f.box)
      assert(f.trackingNumber == %q)]]):format(label.order, label.package, label.trackingNumber))
  end)

  it("of a script is taken with the script's other writes, or not at all", function()
    local host = support.host()
    run(host, 'poll "orders"')
    local po = host:orders()[1].purchaseOrderNumber
    local result = host:run(([[local o = order(%q)
      assert(event("picked_up", o, {}) == "taken")
      error("the script fails")]]):format(po))
    assert.is_false(result.ok)
    assert.is_nil(events(host, po).picked_up)
    run(host, ([[assert(event("picked_up", %q, {}) == "taken")
      assert(event("picked_up", order(%q), {}) == "same")]]):format(po, po))
    assert.equal(1, events(host, po).picked_up)
  end)
end)

describe("a declared event", function()
  it("keeps its fields in their types", function()
    local host = declared_host()
    run(host, 'poll "orders"')
    local po = host:orders()[1].purchaseOrderNumber
    assert.equal("taken", host:event("damaged", po,
      { reason = "wet", pieces = 2, since = "2026-11-23T01:00+01:00" }))
    assert.equal("taken", host:event("weighed", po,
      { weight = "1.50", sealed = true, scale = { name = "3" } }))
    run(host, ([[local f = order(%q).facts
      assert(f.damaged.pieces == 2 and f.damaged.since == "2026-11-23T00:00:00Z")
      assert(f.weighed.weight == "1.50" and f.weighed.sealed and f.weighed.scale.name == "3")
      ]]):format(po))
  end)

  for text, case in pairs {
    ['damagd: .*is not declared.*did you mean "damaged"'] = { "damagd", {} },
    ["reason: missing"] = { "damaged", {} },
    ['reason: "wett" is none of its choices %(did you mean "wet"'] =
      { "damaged", { reason = "wett" } },
    ['resaon: event "damaged" has no such field %(did you mean "reason"'] =
      { "damaged", { reason = "wet", resaon = 1 } },
    ['pieces: expected a whole number, got "two"'] =
      { "damaged", { reason = "wet", pieces = "two" } },
    ['weight: expected a decimal such as "1.5", got "1,5"'] = { "weighed", { weight = "1,5" } },
    ['at: .*2026%-02%-30'] = { "damaged", { reason = "wet", at = "2026-02-30" } },
    ["at: .* lies in the future"] = { "damaged", { reason = "wet", at = "2026-11-25T00:00Z" } },
    ['box: "damaged" is an event of the whole order'] =
      { "damaged", { reason = "wet", box = "1" } },
    ['account: dray.lua names no account "acm" %(did you mean "acme"'] =
      { "damaged", { reason = "wet", account = "acm" } },
  } do
    it("is refused, and nothing is written: " .. text, function()
      local host = declared_host()
      run(host, 'poll "orders"')
      local po = host:orders()[1].purchaseOrderNumber
      local before = #host:log()
      local outcome, message = host:event(case[1], po, case[2])
      assert.is_nil(outcome)
      assert.is_truthy(message:find(text:gsub("^damagd: ", ""), 1), message)
      assert.equal(before, #host:log())
    end)
  end
end)

describe("a report about an order that nobody knows", function()
  it("is kept, and taken when the order appears", function()
    local host = support.host()
    local po = host:add_orders(1)[1]
    assert.equal("waiting", host:event("picked_up", po, { at = ZONED }))
    assert.equal("same", host:event("picked_up", po, { at = ZONED }))
    assert.equal(po, host:waiting()[1].order)
    run(host, 'poll "orders"')
    assert.equal(0, #host:waiting())
    assert.equal(1, events(host, po).picked_up)
    assert.equal("same", host:event("picked_up", po, { at = ZONED }))
  end)

  it("has the time at which it was told when it says none", function()
    local host = support.host()
    local po = host:add_orders(1)[1]
    assert.equal("waiting", host:event("slip.printed", po, {}))
    host:advance("2h")
    run(host, 'poll "orders"')
    run(host, ('assert(order(%q).facts["slip.printed"].at == "2026-11-23T08:00:00Z")'):format(po))
  end)

  it("stays with the reason when it cannot be taken then", function()
    local host = support.host()
    local po = host:add_orders(1)[1]
    assert.equal("waiting", host:event("packed", po,
      { packedItems = { { line = 77, quantity = 1 } } }))
    run(host, 'poll "orders"')
    assert.equal(1, #host:waiting())
    assert.is_truthy(host:waiting()[1].why:find("no such line", 1, true), host:waiting()[1].why)
  end)

  it("is taken when its tracking number turns up on a label", function()
    local host = support.host { orders = 1, disk = true }
    run(host, [[poll "orders"
      for o in orders {} do o:accept() o:request_label() end
      settle()]])
    local known = host:documents()[1]
    local other = support.host { orders = 1, disk = true }
    assert.equal("waiting", other:event("picked_up", nil,
      { trackingNumber = known.trackingNumber, at = "2026-11-23T07:00:00Z" }))
    other:restart()
    run(other, [[poll "orders"
      for o in orders {} do o:accept() o:request_label() end
      settle()]])
    assert.equal(known.trackingNumber, other:documents()[1].trackingNumber)
    assert.equal(0, #other:waiting())
    assert.equal(1, events(other, other:orders()[1].purchaseOrderNumber).picked_up)
  end)
end)
