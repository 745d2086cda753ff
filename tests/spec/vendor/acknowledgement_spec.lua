local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

-- "To confirm or reject an order, acknowledge it within 24 hours: the whole order, with a code, all
-- lines and your own order number. Orders without a code count as rejected."
describe("an order is acknowledged", function()
  local host, order

  before_each(function()
    host = support.host()
    order = support.order(host)
  end)

  after_each(function()
    host:close()
  end)

  local function sent()
    return support.received(host, order, "submitAcknowledgement")
  end

  it("within the hour that it is seen, long before Amazon's 24 hours are over", function()
    local before = host:now()
    support.run(host, "poll 'orders' for o in orders { state = 'new' } do o:accept() end settle()")
    assert.are.equal(2, #host.received.submitAcknowledgement)
    assert.is_true(host:now() - before < 3600000)
    for _, row in ipairs(host:orders()) do
      assert.are.equal("accepted", row.state)
    end
  end)

  it("with code 00, all of its lines as ordered and the numbers that Amazon knows them by",
    function()
    support.lines(order, { 2, 1, 3 })
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    local told = sent()[1]
    assert.are.equal("00", told.acknowledgementStatus.code)
    assert.are.equal(3, #told.itemAcknowledgements)
    for i, item in ipairs(told.itemAcknowledgements) do
      assert.are.equal(order.lines[i].sequence, item.itemSequenceNumber)
      assert.are.equal(order.lines[i].quantity, item.acknowledgedQuantity.amount)
      assert.are.equal("Each", item.acknowledgedQuantity.unitOfMeasure)
      assert.are.equal(order.lines[i].asin, item.buyerProductIdentifier)
      assert.are.equal(order.lines[i].sku, item.vendorProductIdentifier)
    end
    assert.are.equal("ACME1", told.sellingParty.partyId)
    assert.are.equal("DEL4", told.shipFromParty.partyId)
    assert.are.equal(0, support.told(host, order, "acknowledgement").refused)
  end)

  it("with the vendorOrderNumber that Amazon requires: the purchase order's unless one is given",
    function()
    local other = support.order(host, "BER3")
    support.run(host, "poll 'orders' order('$PO'):accept()", order)
    support.run(host, "order('$PO'):accept { vendorOrderNumber = 'V-77' } settle()", other)
    assert.are.equal(order.purchaseOrderNumber, sent()[1].vendorOrderNumber)
    local given = support.received(host, other, "submitAcknowledgement")[1]
    assert.are.equal("V-77", given.vendorOrderNumber)
  end)

  it("never without a code when it is rejected, since Amazon could not know why", function()
    local message = support.fails(host, "poll 'orders' order('$PO'):reject()", order)
    assert.is_true(says(message, "code: missing"), message)
    assert.are.equal(0, #host:effects())
  end)

  it("only with codes that Amazon has agreed to, and that say what the verb says", function()
    local wrong = support.fails(host, "poll 'orders' order('$PO'):reject { code = '99' }", order)
    assert.is_true(says(wrong, "knows no acknowledgement code \"99\""), wrong)
    local yes = support.fails(host, "order('$PO'):reject { code = '00' }", order)
    assert.is_true(says(yes, "use accept"), yes)
    local no = support.fails(host, "order('$PO'):accept { code = '03' }", order)
    assert.is_true(says(no, "use reject"), no)
    assert.are.equal(0, #sent())
  end)

  it("with the reason's words beside its code, and then shows as rejected", function()
    support.run(host, "poll 'orders' order('$PO'):reject { code = '71' } settle()", order)
    assert.are.same({ code = "71", description = "Canceled due to discontinued item" },
      sent()[1].acknowledgementStatus)
    assert.are.equal("rejected", support.row(host, order).state)
    assert.are.equal("CANCELLED", order.status)
  end)

  local function with_amount(amount)
    return support.fails(host, ("poll 'orders' order('$PO'):accept { itemAcknowledgements = {"
      .. " { itemSequenceNumber = '1', acknowledgedQuantity = { amount = %s } } } }"):format(
      amount), order)
  end

  it("never for more than was ordered, never for nothing, never in part", function()
    support.lines(order, { 2 })
    for _, amount in ipairs({ 3, 0, 1 }) do
      local message = with_amount(amount)
      assert.is_true(says(message, ("line 1 has %d of 2 ordered"):format(amount)), message)
    end
    assert.are.equal(0, #host:effects())
  end)

  it("with every line or not at all", function()
    support.lines(order, { 1, 1 })
    local message = with_amount(1)
    assert.is_true(says(message, "line 2 has 0 of 1 ordered"), message)
  end)

  it("once: accepting and rejecting one order is a contradiction that a person must see", function()
    support.run(host, "poll 'orders' order('$PO'):accept()", order)
    local message = support.fails(host, "order('$PO'):reject { code = '03' }", order)
    assert.is_true(says(message, "reject contradicts accept"), message)
    assert.is_true(says(message, "dray explain " .. order.purchaseOrderNumber), message)
    support.run(host, "settle()")
    host:advance("1h")
    assert.are.same({ 1, 1 }, { support.told(host, order, "acknowledgement").told,
      support.told(host, order, "acknowledgement").accepted })
  end)

  it("once: who accepts again, today or after a restart of the script, gets the effect there is",
    function()
    support.run(host, [[
      poll "orders"
      local first, second = order("$PO"):accept(), order("$PO"):accept()
      assert(first.id == second.id)
    ]], order)
    support.run(host, "local e = order('$PO'):accept() settle() assert(e.state == 'succeeded')",
      order)
    assert.are.equal(1, #support.effects(host, order, "accept"))
    assert.are.equal(1, #sent())
  end)

  it("not by dray when somebody accepted it by hand in Vendor Central: that proves the wish",
    function()
    host.amazon.world:set_status(order, "ACCEPTED")
    support.run(host, [[
      poll "orders"
      local e = order("$PO"):accept()
      assert(e.state == "succeeded")
    ]], order)
    assert.are.equal(0, #sent())
    assert.is_true(says(support.effect(host, order, "accept").evidence, "accepted already"))
    assert.are.equal("accepted", support.row(host, order).state)
  end)

  it("not by dray when somebody accepted it by hand after the order was read", function()
    support.run(host, "poll 'orders'")
    host.amazon.world:set_status(order, "ACCEPTED")
    support.run(host, "poll 'accepted' order('$PO'):accept()", order)
    assert.are.equal(0, #sent())
    assert.are.equal("succeeded", support.effect(host, order, "accept").state)
  end)

  it("no more when Amazon shows it as cancelled: nothing is planned, and the reason is told",
    function()
    host.amazon.world:cancel(order)
    support.run(host, [[
      poll "orders"
      local e, why = order("$PO"):accept()
      assert(e == nil and why == "the order is cancelled", why)
    ]], order)
    assert.are.equal(0, #host:effects())
  end)

  it("as accepted only once Amazon proves it: a 202 is not success", function()
    host:faults({ { operation = "submitAcknowledgement", kind = "stuck", times = 1 } })
    support.run(host, [[
      poll "orders"
      local e = order("$PO"):accept()
      sleep "20s"
      assert(e.state == "accepted" and order("$PO").state == "accepting", e.state)
      settle()
      assert(e.state == "succeeded" and e.evidence == "the order shows as ACCEPTED", e.evidence)
    ]], order)
  end)

  it("failed when Amazon says so, with Amazon's words, and may then be asked for again", function()
    local judge = require("sim.acknowledge").judge
    finally(function() require("sim.acknowledge").judge = judge end)
    require("sim.acknowledge").judge = function()
      return { code = "INVALID_ITEM_ID", message = "The product is not the order's.", details = "" }
    end
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    local effect = support.effect(host, order, "accept")
    assert.are.equal("failed", effect.state)
    assert.is_true(says(effect.why, "INVALID_ITEM_ID: The product is not the order's."), effect.why)
    assert.are.equal("new", support.row(host, order).state)
    require("sim.acknowledge").judge = judge
    support.run(host, "order('$PO'):accept() settle()", order)
    assert.are.equal("accepted", support.row(host, order).state)
    assert.are.equal(2, #support.effects(host, order, "accept"))
  end)

  it("even when a line of it names no product: then it waits for a person instead of guessing",
    function()
    order.lines[1].asin, order.lines[1].sku = nil, nil
    local message = support.fails(host, "poll 'orders' order('$PO'):accept()", order)
    assert.is_true(says(message, "line 1 names no product"), message)
  end)
end)
