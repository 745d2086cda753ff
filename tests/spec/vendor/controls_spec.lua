local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local says = support.says

local host, order

local function begin(options)
  if host then
    host:close()
  end
  host = support.host(options)
  order = support.order(host)
end

before_each(function() begin() end)

local function accept() return support.effect(host, order, "accept") end

local ACCEPT = "poll 'orders' order('$PO'):accept() "

-- "A person decides about one effect, with a reason that stands in the log."
describe("a person", function()
  -- Accepted by the script, and not sent yet: its warehouse is frozen.
  local function planned()
    assert(host:control("freeze", "DEL4", "stocktaking"))
    support.run(host, ACCEPT, order)
    return accept().id
  end

  it("holds an effect that is not sent yet; it stays where it is until it is released", function()
    local id = planned()
    assert(host:control("hold", id, "the customer called"))
    assert(host:control("thaw", "DEL4", "done"))
    host:advance("1d")
    assert.are.same({ "held", "held by ann: the customer called" },
      { accept().state, accept().why })
    assert.are.equal(0, support.told(host, order, "acknowledgement").told)
    assert(host:control("release", id, "all is well"))
    host:advance("1h")
    assert.are.equal("succeeded", accept().state)
    assert.is_true(says(support.story(host, order), "the customer called"))
    assert.is_true(says(support.story(host, order), "all is well"))
  end)

  it("cannot hold what is on its way or done", function()
    support.run(host, ACCEPT .. "settle()", order)
    local ok, message = host:control("hold", accept().id, "too late")
    assert.is_nil(ok)
    assert.is_true(says(message, "is succeeded; only what was not sent yet can be held"), message)
  end)

  it("cannot release what is not held", function()
    local ok, message = host:control("release", planned(), "why not")
    assert.is_nil(ok)
    assert.is_true(says(message, "only what is held"), message)
  end)

  it("does not let a script wait for ever behind what is held", function()
    local id = planned()
    assert(host:control("hold", id, "wait"))
    assert(host:control("thaw", "DEL4", "done"))
    support.run(host, "order('$PO'):request_label() order('$PO'):confirm() settle()", order, "2h")
    local label = support.effect(host, order, "request_label")
    assert.are.equal("waiting", label.state)
    assert.are.equal("waits for the proved acceptance, which is held for a person", label.why)
    assert(host:control("release", id, "go"))
    host:advance("2h")
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("tries again what failed", function()
    local judge = require("sim.acknowledge").judge
    finally(function() require("sim.acknowledge").judge = judge end)
    require("sim.acknowledge").judge = function()
      return { code = "INTERNAL_SERVER_ERROR", message = "Try again.", details = "" }
    end
    support.run(host, ACCEPT .. "settle()", order)
    assert.are.equal("failed", accept().state)
    require("sim.acknowledge").judge = judge
    assert(host:control("retry", accept().id, "Amazon had a bad hour"))
    host:advance("1h")
    assert.are.equal("succeeded", accept().state)
    assert.are.equal("accepted", support.row(host, order).state)
    assert.are.equal(1, #support.effects(host, order, "accept"))
  end)

  it("lets what waits behind a failure go on by releasing it, once that is done", function()
    local judge = require("sim.acknowledge").judge
    finally(function() require("sim.acknowledge").judge = judge end)
    require("sim.acknowledge").judge = function()
      return { code = "INTERNAL_SERVER_ERROR", message = "Try again.", details = "" }
    end
    support.run(host, ACCEPT .. "order('$PO'):request_label() settle()", order)
    local label = support.effect(host, order, "request_label")
    assert.are.same({ "held", "the acceptance did not succeed" }, { label.state, label.why })
    require("sim.acknowledge").judge = judge
    assert(host:control("retry", accept().id, "Amazon had a bad hour"))
    host:advance("1h")
    assert(host:control("release", label.id, "it is accepted now"))
    host:advance("1h")
    assert.are.equal("succeeded", support.effect(host, order, "request_label").state)
  end)

  it("settles what dray cannot know", function()
    host:faults({ { operation = "submitAcknowledgement", kind = "lost_before", times = 2 } })
    support.run(host, ACCEPT .. "order('$PO'):request_label() settle()", order)
    assert.are.equal("held", accept().state)
    require("sim.acknowledge").apply(host.amazon.world, order,
      { acknowledgementStatus = { code = "00" } }) -- by hand, in Vendor Central
    host:advance("15m")
    assert(host:control("settle", accept().id, "accepted by hand", "succeeded"))
    assert.are.equal("accepted", support.row(host, order).state)
    assert.is_true(says(accept().evidence, "accepted by hand"), accept().evidence)
    host:advance("2h")
    assert.are.equal("succeeded", support.effect(host, order, "request_label").state)
    assert.are.equal(0, support.told(host, order, "acknowledgement").told)
  end)

  it("settles what will never be: it can then be asked for again", function()
    local id = planned()
    assert(host:control("hold", id, "no"))
    local wrong, message = host:control("settle", id, "no", "waiting")
    assert.is_nil(wrong)
    assert.is_true(says(message, "succeeded, failed or cancelled"), message)
    assert(host:control("settle", id, "the shelf is empty", "cancelled"))
    assert(host:control("thaw", "DEL4", "done"))
    support.run(host, "order('$PO'):reject { code = '03' } settle()", order)
    assert.are.equal("rejected", support.row(host, order).state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").rejected)
  end)
end)

-- "Freeze stops what leaves, not what comes in."
describe("freeze", function()
  it("keeps everything of a warehouse here until it is thawed; others go on", function()
    local other = support.order(host, "BER3")
    assert(host:control("freeze", "DEL4", "stocktaking"))
    support.run(host, "poll 'orders' for o in orders {} do o:accept() end settle()")
    assert.are.same({ "waiting", "frozen: nothing is sent until `dray thaw`" },
      { accept().state, accept().why })
    assert.are.equal("accepted", support.row(host, other).state)
    host:advance("3h")
    assert.are.equal(0, support.told(host, order, "acknowledgement").told)
    assert(host:control("thaw", "DEL4", "done"))
    host:advance("1h")
    assert.are.equal("succeeded", accept().state)
  end)

  it("of everything keeps everything here, and polls go on", function()
    assert(host:control("freeze", nil, "fire drill"))
    support.run(host, "poll 'orders' for o in orders {} do o:accept() end settle()")
    host:advance("1h")
    assert.is_nil(host.received.submitAcknowledgement)
    host:add_orders(1)
    support.run(host, "assert(poll 'orders' == 1)")
    assert(host:control("thaw", nil, "over"))
    host:advance("1h")
    assert.are.equal(2, test.count(host:orders(), "state").accepted)
  end)

  it("in the middle of a send lets that send end, and its proof come in", function()
    support.run(host, ACCEPT .. "order('$PO'):request_label() sleep '1s'", order)
    assert.are.equal("accepted", accept().state)
    assert(host:control("freeze", "DEL4", "stop"))
    host:advance("1h")
    assert.are.equal("succeeded", accept().state)
    local label = support.effect(host, order, "request_label")
    assert.are.equal("frozen: nothing is sent until `dray thaw`", label.why)
    assert.are.equal(0, support.told(host, order, "label").told)
    assert(host:control("thaw", "DEL4", "go"))
    host:advance("1h")
    assert.are.equal("succeeded", support.effect(host, order, "request_label").state)
  end)

  it("outlives a restart", function()
    begin({ disk = true })
    assert(host:control("freeze", "DEL4", "holidays"))
    support.run(host, ACCEPT, order)
    host:restart()
    host:advance("1h")
    assert.are.equal("waiting", accept().state)
    assert(host:control("thaw", "DEL4", "back"))
    host:advance("1h")
    assert.are.equal("succeeded", accept().state)
  end)

  it("twice, or thaw of what is not frozen, is told so", function()
    assert(host:control("freeze", "DEL4", "a"))
    local ok, message = host:control("freeze", "DEL4", "b")
    assert.are.same({ nil, "warehouse DEL4 is frozen already" }, { ok, message })
    ok, message = host:control("thaw", "BER3", "c")
    assert.are.same({ nil, "warehouse BER3 is not frozen" }, { ok, message })
  end)
end)

-- "A limit keeps a mistake small: what is above it is held, loudly."
describe("a limit", function()
  -- Ten orders, five in each warehouse; `limits` stands in the account or in warehouse DEL4.
  local function with(limits, place)
    local account = test.account(10)
    local text = test.project({ account })
    if place == "warehouse" then
      text = text:gsub('DEL4 = {', 'DEL4 = { limits = ' .. limits .. ',', 1)
    else
      text = text:gsub('program = "vendor"', 'limits = ' .. limits .. ', program = "vendor"', 1)
    end
    begin({ accounts = { account }, project = text })
  end

  local DENY_ALL = [[
    poll "orders"
    for o in orders {} do
      o:accept()
      o:floor_deny()
    end
    settle()
  ]]

  local function states(warehouse)
    local counts = {}
    for _, effect in ipairs(host:effects()) do
      local row = support.row(host,
        { purchaseOrderNumber = effect.order, account = effect.account })
      if effect.verb == "floor_deny" and (not warehouse or row.warehouse == warehouse) then
        counts[effect.state] = (counts[effect.state] or 0) + 1
      end
    end
    return counts
  end

  it("of an account stops at its number, whatever a script says; other verbs go on", function()
    with('{ floor_deny = { 3, per = "1d" } }')
    support.run(host, DENY_ALL)
    assert.are.same({ succeeded = 3, held = 7 }, states())
    assert.are.equal(10, host:ledger().totals.acknowledgement.applied)
    for _, effect in ipairs(host:effects()) do
      if effect.state == "held" then
        assert.are.equal("the limit of 3 floor_deny in 1d of acme is reached; `dray release` it",
          effect.why)
      end
    end
  end)

  it("of a warehouse is that warehouse's own", function()
    with('{ floor_deny = { 2, per = "1d" } }', "warehouse")
    support.run(host, DENY_ALL)
    assert.are.same({ succeeded = 2, held = 3 }, states("DEL4"))
    assert.are.same({ succeeded = 5 }, states("BER3"))
  end)

  it("does not hold again what a person released", function()
    with('{ floor_deny = { 3, per = "1d" } }')
    support.run(host, DENY_ALL)
    for _, effect in ipairs(host:effects()) do
      if effect.state == "held" then
        assert(host:control("release", effect.id, "the flood is real"))
      end
    end
    host:advance("1h")
    assert.are.same({ succeeded = 10 }, states())
  end)

  it("counts over its time only: a day later there is room again", function()
    with('{ floor_deny = { 3, per = "1d" } }')
    support.run(host, DENY_ALL)
    host:advance("25h")
    local numbers = host:add_orders(2)
    support.run(host, "poll 'orders' for o in orders { state = 'new' } do "
      .. "o:accept() o:floor_deny() end settle()")
    for _, number in ipairs(numbers) do
      local row = support.row(host, { purchaseOrderNumber = number, account = "acme" })
      assert.are.equal("denied", row.state)
    end
  end)

  it("of nothing at all holds everything", function()
    with('{ accept = { 0, per = "1d" } }')
    support.run(host, "poll 'orders' for o in orders {} do o:accept() end settle()")
    assert.are.same({ held = 10 }, test.count(host:effects(), "state"))
    assert.is_nil(host.received.submitAcknowledgement)
  end)

  for text, message in pairs({
    ['{ floor_deny = { -1, per = "1d" } }'] = "limits.floor_deny: expected { COUNT, per = \"1d\" }",
    ['{ floor_deny = { 3 } }'] = "limits.floor_deny: expected { COUNT, per = \"1d\" }",
    ['{ floor_deny = { 3, per = "soon" } }'] = "soon",
    ['{ floor_deny = { 3, per = "0s" } }'] = "per",
    ['{ floor_denny = { 3, per = "1d" } }'] = "did you mean \"floor_deny\"?",
    ['{ floor_deny = "3" }'] = "limits.floor_deny",
  }) do
    it("that is nonsense is refused at the start: " .. text, function()
      local ok, why = pcall(with, text)
      assert.is_false(ok)
      assert.is_true(says(tostring(why), message), tostring(why))
      ok, why = pcall(with, text, "warehouse")
      assert.is_false(ok)
      assert.is_true(says(tostring(why), message), tostring(why))
    end)
  end
end)

-- "Whoever switches dray on works on what came since; older orders are shown and left alone."
describe("an order from before `since`", function()
  before_each(function()
    local account = test.account(2)
    begin({ accounts = { account }, project = (test.project({ account }):gsub('program = "vendor"',
      'since = "2026-11-23T06:00+01:00", program = "vendor"')) })
    order.created_ms = order.created_ms - 5 * 3600000
    support.run(host, "poll 'orders'")
  end)

  it("is shown, left alone, and says how to take it over", function()
    support.run(host, "assert(orders {}:count() == 1 and orders { old = true }:count() == 2)")
    local message = support.fails(host, "order('$PO'):accept()", order)
    assert.is_true(says(message, "older than the account's `since` and is left alone"), message)
    assert.is_true(says(message, "dray adopt " .. order.purchaseOrderNumber), message)
    assert.are.equal(0, #host:effects())
  end)

  it("is worked on once a person adopts it, and stays adopted when Amazon changes it", function()
    assert(host:control("adopt", order.purchaseOrderNumber, "we do it from now on"))
    order.priority = not order.priority
    order.text = nil
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    assert.are.equal("accepted", support.row(host, order).state)
    assert.is_true(says(support.story(host, order), "order.adopted"))
  end)

  it("is adopted once", function()
    assert(host:control("adopt", order.purchaseOrderNumber, "ours"))
    local ok, message = host:control("adopt", order.purchaseOrderNumber, "ours")
    assert.is_nil(ok)
    assert.is_true(says(message, "there is nothing to adopt"), message)
  end)

  it("that is cancelled is shown as such", function()
    host.amazon.world:cancel(order)
    support.run(host, "poll 'cancelled'")
    assert.are.equal("cancelled", support.row(host, order).state)
  end)
end)

-- "writes = \"observe\": everything is planned, nothing is sent."
describe("a warehouse that only observes", function()
  local ALL = "poll 'orders' for o in orders { warehouse = 'DEL4' } do "
    .. "o:accept() o:request_label() o:confirm() end settle()"

  it("plans everything and sends nothing", function()
    begin({ writes = "observe" })
    support.run(host, ALL)
    host:advance("2d")
    assert.are.same({ planned = 3 }, test.count(host:effects(), "state"))
    for _, effect in ipairs(host:effects()) do
      assert.are.equal("observe: nothing is sent (writes = \"observe\")", effect.why)
    end
    assert.are.same({}, host.received)
    local ok, message = host:control("release", accept().id, "try it")
    assert.is_nil(ok)
    assert.is_true(says(message, "observe"), message)
  end)

  it("still tells a script of its mistakes", function()
    begin({ writes = "observe" })
    local message = support.fails(host, "poll 'orders' order('$PO'):reject { code = '99' }", order)
    assert.is_true(says(message, "knows no acknowledgement code"), message)
  end)

  it("sends nothing of what was to be sent before it was set to observe", function()
    begin({ disk = true })
    assert(host:control("freeze", "DEL4", "before the change"))
    support.run(host, ALL)
    host:write("dray.lua", test.project({ test.account(2) }, "observe"))
    host:restart()
    assert(host:control("thaw", "DEL4", "nothing can happen now"))
    host:advance("1d")
    assert.are.same({}, host.received)
    assert.are.equal("planned", accept().state)
  end)

  it("plans anew when it is live at last, and then sends once", function()
    begin({ disk = true, writes = "observe" })
    support.run(host, ALL)
    host:write("dray.lua", test.project({ test.account(2) }, "live"))
    host:restart()
    support.run(host, ALL)
    assert.are.equal("shipped", support.row(host, order).state)
    for _, what in ipairs({ "acknowledgement", "label", "confirmation" }) do
      assert.are.equal(1, support.told(host, order, what).told)
    end
  end)
end)
