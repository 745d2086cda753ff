local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local says = support.says

local MINUTE = 60000

local host, order

local function begin(options, warehouse)
  if host then
    host:close()
  end
  host = support.host(options)
  order = support.order(host, warehouse)
end

before_each(function() begin() end)

-- How each write is brought about, what the ledger calls it, and what proves it when its answer is
-- lost.
local WRITES = {
  { verb = "accept", what = "acknowledgement", operation = "submitAcknowledgement",
    script = "order('$PO'):accept()", evidence = "the order shows as ACCEPTED" },
  { verb = "reject", what = "acknowledgement", operation = "submitAcknowledgement",
    script = "order('$PO'):reject { code = '03' }", evidence = "the order shows as CANCELLED" },
  { verb = "request_label", what = "label", operation = "submitShippingLabelRequest",
    before = "order('$PO'):accept() settle()", script = "order('$PO'):request_label()",
    evidence = "the label is here" },
  { verb = "confirm", what = "confirmation", operation = "submitShipmentConfirmations",
    before = "order('$PO'):accept() order('$PO'):request_label() settle()",
    script = "order('$PO'):confirm()", evidence = "the order shows as SHIPPED" },
  { verb = "floor_deny", what = "confirmation", operation = "submitShipmentConfirmations",
    before = "order('$PO'):accept() settle()", script = "order('$PO'):floor_deny()",
    evidence = "the order shows as CANCELLED" },
}

local function prepare(write, faults)
  begin()
  support.run(host, "poll 'orders' " .. (write.before or ""), order)
  host:faults(faults)
end

local function once(write, kind)
  return { { operation = write.operation, kind = kind, times = 1 } }
end

-- "There is no idempotency key. An unanswered write is looked up, never repeated blindly."
describe("a write whose answer is lost", function()
  for _, write in ipairs(WRITES) do
    for _, kind in ipairs({ "lost_after", "late", "cut_short", "garbage" }) do
      it(("%s (%s) is looked up when Amazon has settled, and proved: it was told once"):format(
        write.verb, kind), function()
        prepare(write, once(write, kind))
        local asked_ms = host:now()
        support.run(host, write.script .. " sleep '2m'", order)
        assert.are.equal("unknown", support.effect(host, order, write.verb).state)
        support.run(host, write.script .. " settle()", order)
        local effect = support.effect(host, order, write.verb)
        assert.are.equal("succeeded", effect.state)
        assert.are.equal(write.evidence, effect.evidence)
        assert.is_true(host:now() - asked_ms < 60 * MINUTE)
        local told = support.told(host, order, write.what)
        assert.are.same({ 1, 1 }, { told.told, told.applied })
      end)
    end

    it(("%s, and that never reached Amazon, is sent once more after the look-up"):format(
      write.verb), function()
      prepare(write, once(write, "lost_before"))
      support.run(host, write.script .. " sleep '10m'", order)
      local effect = support.effect(host, order, write.verb)
      assert.are.same({ "unknown", 1 }, { effect.state, effect.sends })
      support.run(host, write.script .. " settle()", order)
      effect = support.effect(host, order, write.verb)
      assert.are.same({ "succeeded", 2 }, { effect.state, effect.sends })
      assert.is_true(says(support.story(host, order), "looked up: it is not there; sent once more"))
      local told = support.told(host, order, write.what)
      assert.are.same({ 1, 1 }, { told.told, told.applied })
    end)

    it(("%s twice is held: a person looks into Vendor Central first"):format(write.verb), function()
      prepare(write, { { operation = write.operation, kind = "lost_before", times = 2 } })
      support.run(host, write.script .. " settle()", order)
      local effect = support.effect(host, order, write.verb)
      assert.are.same({ "held", 2 }, { effect.state, effect.sends })
      assert.is_true(says(effect.why, "sent twice and not found at Amazon"), effect.why)
      host:advance("3d")
      assert.are.equal(0, support.told(host, order, write.what).told)
      assert(host:control("retry", effect.id, "nothing there in Vendor Central"))
      host:advance("2h")
      assert.are.equal("succeeded", support.effect(host, order, write.verb).state)
      assert.are.equal(1, support.told(host, order, write.what).applied)
    end)
  end

  it("of a label that was asked for again is not proved by the old label", function()
    begin({ share = { flip = 1 } })
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle()",
      order)
    host:faults({ { operation = "submitShippingLabelRequest", kind = "lost_before", times = 1 } })
    support.run(host, "order('$PO'):request_label { again = true, why = 'torn' } settle()", order)
    local effect = support.effect(host, order, "request_label")
    assert.are.same({ "succeeded", 1, 2 }, { effect.state, effect.revision, effect.sends })
    assert.are.equal(2, support.told(host, order, "label").applied)
  end)

  it("in a crash of dray is looked up after the restart", function()
    begin({ disk = true })
    host:faults({ { operation = "submitAcknowledgement", kind = "late", times = 1 } })
    assert(host:control("freeze", "DEL4", "so that no script waits for the answer"))
    support.run(host, "poll 'orders' order('$PO'):accept()", order)
    assert(host:control("thaw", "DEL4", "now"))
    host:advance("5s")
    assert.are.equal("sending", support.effect(host, order, "accept").state)
    host:restart()
    local effect = support.effect(host, order, "accept")
    assert.are.equal("unknown", effect.state)
    assert.is_true(says(effect.why, "dray stopped while this was being sent"), effect.why)
    host:advance("1h")
    assert.are.equal("succeeded", support.effect(host, order, "accept").state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
  end)

  it("to a gateway's page, a 500 or a 503 may have been done: it is looked up as well", function()
    for _, kind in ipairs({ "html", "500", "503" }) do
      begin()
      host:faults({ { operation = "submitAcknowledgement", kind = kind, times = 1,
        applied = true } })
      support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
      assert.are.equal("succeeded", support.effect(host, order, "accept").state)
      assert.are.equal(1, support.told(host, order, "acknowledgement").told)
    end
  end)

  it("because Amazon throttles it was certainly not done: it goes again by itself", function()
    host:faults({ { operation = "submitAcknowledgement", kind = "429", times = 6 } })
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    assert.are.equal("succeeded", support.effect(host, order, "accept").state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
  end)

  it("is asked about again and again while the look-up itself fails", function()
    host:faults({
      { operation = "submitAcknowledgement", kind = "lost_after", times = 1 },
      { operation = "getOrder", kind = "503", times = 9 },
    })
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    assert.are.equal("succeeded", support.effect(host, order, "accept").state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
  end)
end)

-- "Status updates cannot be read back. The same fact may be told again; twice unanswered, a person
-- looks."
describe("a scan whose answer is lost", function()
  local SCAN = [[
    order("$PO"):scan { trackingNumber = "JJD1", meaning = "IN_TRANSIT",
      statusDateTime = "2026-11-23T07:00:00Z", statusLocationAddress = { countryCode = "DE" } }
    settle()
  ]]

  before_each(function()
    begin(nil, "BER3")
    support.run(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      o:confirm { containers = { { trackingNumber = "JJD1" } } }
      settle()
    ]], order)
    host:advance("15m")
  end)

  it("is told once more after the quiet time", function()
    host:faults({ { operation = "submitShipmentStatusUpdates", kind = "lost_after", times = 1 } })
    support.run(host, SCAN, order)
    local effect = support.effect(host, order, "scan")
    assert.are.same({ "succeeded", 2 }, { effect.state, effect.sends })
    assert.are.equal(2, support.told(host, order, "scans", "JJD1").told)
  end)

  it("twice is held", function()
    host:faults({ { operation = "submitShipmentStatusUpdates", kind = "lost_before", times = 2 } })
    support.run(host, SCAN, order)
    assert.are.equal("held", support.effect(host, order, "scan").state)
    assert.are.equal(0, support.told(host, order, "scans", "JJD1").told)
  end)

  it("stays assumed when only its silent transaction could prove it; no script waits longer",
    function()
    host:faults({ { operation = "submitShipmentStatusUpdates", kind = "stuck", times = 1 } })
    local before = host:now()
    support.run(host, SCAN, order)
    local effect = support.effect(host, order, "scan")
    assert.are.same({ "accepted", "assumed" }, { effect.state, effect.shown })
    assert.is_true(host:now() - before < 2 * 60 * MINUTE)
    assert.are.equal(1, support.told(host, order, "scans", "JJD1").told)
  end)
end)

-- "Transactions stay Processing for days although the order moved on; they say Failure for what was
-- done; the status call itself fails. The order's own state wins."
describe("a transaction", function()
  it("that stays Processing is assumed from half an hour on, never proved", function()
    host.amazon.world.settings.delays.acknowledgement = { 120 * MINUTE, 120 * MINUTE }
    host:faults({ { operation = "submitAcknowledgement", kind = "stuck", times = 1 } })
    support.run(host, "poll 'orders' order('$PO'):accept()", order)
    host:advance("29m")
    assert.are.equal("accepted", support.effect(host, order, "accept").shown)
    host:advance("2m")
    local effect = support.effect(host, order, "accept")
    assert.are.same({ "accepted", "assumed" }, { effect.state, effect.shown })
    assert.are.equal("accepting", support.row(host, order).state)
    host:advance("4h")
    effect = support.effect(host, order, "accept")
    assert.are.same({ "succeeded", "succeeded" }, { effect.state, effect.shown })
    assert.are.equal("the order shows as ACCEPTED", effect.evidence)
  end)

  it("whose status cannot be read is asked again", function()
    host:faults({ { operation = "getTransactionStatus", kind = "500", times = 12 } })
    support.run(host, "poll 'orders' order('$PO'):reject { code = '03' } settle()", order)
    assert.are.equal("succeeded", support.effect(host, order, "reject").state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
  end)

  it("whose id is no GUID is a transaction all the same", function()
    local open = require("sim.transactions").open
    finally(function() require("sim.transactions").open = open end)
    require("sim.transactions").open = function(world, ...)
      local id = open(world, ...)
      world.transactions["T 1?&=+%41"] = world.transactions[id]
      return "T 1?&=+%41"
    end
    host.amazon.world.settings.delays.acknowledgement = { 120 * MINUTE, 120 * MINUTE }
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    local effect = support.effect(host, order, "accept")
    assert.are.same({ "T 1?&=+%41", "succeeded" }, { effect.transactionId, effect.state })
    assert.are.equal("its transaction says Success", effect.evidence)
  end)

  for _, write in ipairs(WRITES) do
    it(("that says Failure for %s although it was done is not believed"):format(write.verb),
      function()
      prepare(write, once(write, "false_failure"))
      support.run(host, write.script .. " settle()", order)
      local effect = support.effect(host, order, write.verb)
      assert.are.equal("succeeded", effect.state)
      assert.are.equal(write.evidence, effect.evidence)
      assert.are.equal(1, support.told(host, order, write.what).told)
    end)
  end

  it("that says Failure and is right ends in a failure with Amazon's words", function()
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle()",
      order)
    local judge = require("sim.confirm").judge
    finally(function() require("sim.confirm").judge = judge end)
    require("sim.confirm").judge = function()
      return { code = "INVALID_SHIP_METHOD", message = "Not the label's.", details = "" }
    end
    support.run(host, "order('$PO'):confirm() settle()", order)
    local effect = support.effect(host, order, "confirm")
    assert.are.equal("failed", effect.state)
    assert.is_true(says(effect.why, "INVALID_SHIP_METHOD: Not the label's."), effect.why)
    assert.are.equal("accepted", support.row(host, order).state)
  end)
end)

-- "One transaction for the whole array; its errors name neither order nor index."
describe("a batch that fails", function()
  local culprit

  local function spoil(bulk)
    begin({ orders = 20, sim = { bulk = bulk } })
    local list = host.amazon.world.account_list[1].list
    culprit = list[7]
    local judge = require("sim.acknowledge").judge
    finally(function() require("sim.acknowledge").judge = judge end)
    require("sim.acknowledge").judge = function(world, account, element)
      if element.purchaseOrderNumber == culprit.purchaseOrderNumber then
        return { code = "INVALID_ITEM_ID", message = "Not ours.", details = "" }
      end
      return judge(world, account, element)
    end
    support.run(host, "poll 'orders' for o in orders { state = 'new' } do o:accept() end settle()")
  end

  local function check_states()
    for _, effect in ipairs(host:effects()) do
      local is_culprit = effect.order == culprit.purchaseOrderNumber
      assert.are.equal(is_culprit and "failed" or "succeeded", effect.state)
    end
    assert.is_true(says(support.effect(host, culprit, "accept").why, "INVALID_ITEM_ID"))
    assert.are.equal(19, test.count(host:orders(), "state").accepted)
  end

  it("is halved until the culprit is alone, when one bad order spoils the others", function()
    spoil("all")
    check_states()
    for _, known in ipairs(host.amazon.world.account_list[1].list) do
      local told = support.told(host, known, "acknowledgement")
      assert.are.equal(known == culprit and 0 or 1, told.applied)
    end
  end)

  it("of confirmations, when the project asks for such batches, is halved just so", function()
    for _, bulk in ipairs({ "all", "each" }) do
      local account = test.account(20)
      begin({ accounts = { account }, sim = { bulk = bulk }, project = (test.project({ account })
        :gsub('program = "vendor"', 'batch = { confirmations = 10 }, program = "vendor"')) })
      support.run(host, "poll 'orders' for o in orders { warehouse = 'DEL4' } do o:accept() "
        .. "o:request_label() end settle()")
      culprit = order
      local judge = require("sim.confirm").judge
      finally(function() require("sim.confirm").judge = judge end)
      require("sim.confirm").judge = function(world, known, element)
        if element.purchaseOrderNumber == culprit.purchaseOrderNumber then
          return { code = "INVALID_ITEM_ID", message = "Not ours.", details = "" }
        end
        return judge(world, known, element)
      end
      support.run(host, "for o in orders { warehouse = 'DEL4' } do o:confirm() end settle()")
      require("sim.confirm").judge = judge
      local states = test.count(host:orders(), "state")
      assert.are.same({ 9, 1 }, { states.shipped, states.accepted })
      assert.are.equal("failed", support.effect(host, culprit, "confirm").state)
      assert.are.equal(9, host:ledger().totals.confirmation.applied)
      assert.is_true(host:ledger().operations.submitShipmentConfirmations.calls < 12)
    end
  end)

  it("does not repeat what was taken in spite of it", function()
    spoil("each")
    check_states()
    for _, known in ipairs(host.amazon.world.account_list[1].list) do
      local told = support.told(host, known, "acknowledgement")
      assert.are.equal(known == culprit and 0 or 1, told.applied)
      if known ~= culprit then
        assert.are.equal(1, told.told)
      end
    end
  end)
end)
