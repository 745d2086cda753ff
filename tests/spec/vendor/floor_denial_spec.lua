local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

-- "FLOOR_DENIAL: the order was accepted, but the floor cannot ship it. If any line is short, the
-- whole order is denied. There is no way back."
describe("an order is denied from the floor", function()
  local host, order

  before_each(function()
    host = support.host()
    order = support.order(host)
    support.lines(order, { 1, 2 })
  end)

  after_each(function()
    host:close()
  end)

  local function sent()
    return support.received(host, order, "submitShipmentConfirmations")
  end

  local DENY = "poll 'orders' local o = order('$PO') o:accept() "
    .. "local e = o:floor_deny { why = 'not on the shelf' } "

  it("only after its acceptance is proved: before that, rejecting is the way", function()
    support.run(host, DENY .. [[
      assert(e.state == "waiting" and e.why == "waits for the proved acceptance", e.why)
      settle()
      assert(e.state == "succeeded", e.why)
    ]], order)
    assert.are.equal(0, support.told(host, order, "confirmation").refused)
    assert.are.equal("denied", support.row(host, order).state)
    host:advance("15m")
    assert.are.equal("CANCELLED", host.amazon:order(order.purchaseOrderNumber).status)
  end)

  it("as a whole, with all of its lines and no boxes", function()
    support.run(host, DENY .. "settle()", order)
    local told = sent()[1]
    assert.are.equal("FLOOR_DENIAL", told.shipmentDetails.shipmentStatus)
    assert.are.equal(2, #told.items)
    assert.is_nil(told.containers)
    assert.are.equal(2, told.items[2].shippedQuantity.amount)
  end)

  it("never in part: there is no way to ship the rest", function()
    local message = support.fails(host, DENY:gsub("{ why.-}", [[{ items = {
      { itemSequenceNumber = 1 } } }]]), order)
    assert.is_true(says(message, "line 2 has 0 of 2 ordered"), message)
  end)

  it("once, however often it is said", function()
    support.run(host, DENY .. "settle() assert(o:floor_deny { why = 'again' }.id == e.id)", order)
    support.run(host, "assert(order('$PO'):floor_deny().state == 'succeeded')", order)
    assert.are.same({ 1, 1 }, { #sent(), support.told(host, order, "confirmation").FLOOR_DENIAL })
  end)

  it("or shipped, never both: who says the other thing afterwards is told of the conflict",
    function()
    local message = support.fails(host, DENY .. "o:confirm()", order)
    assert.is_true(says(message, "confirm contradicts floor_deny"), message)
    assert.is_true(says(message, "dray explain"), message)
    local other = support.order(host, "BER3")
    message = support.fails(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      o:confirm { containers = { { trackingNumber = "JJD1" } } }
      o:floor_deny()
    ]], other)
    assert.is_true(says(message, "floor_deny contradicts confirm"), message)
  end)

  it("no more when it is shipped", function()
    support.run(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      o:request_label()
      o:confirm()
      settle()
      local e, why = o:floor_deny()
      assert(e == nil and why == "the order is shipped", why)
    ]], order)
    assert.is_nil(support.told(host, order, "confirmation").FLOOR_DENIAL)
  end)

  it("and its label and scans are no longer asked for", function()
    support.run(host, DENY .. [[
      settle()
      local label, why = o:request_label()
      assert(label == nil and why == "the order is denied", why)
      local ship, reason = o:confirm()
      assert(ship == nil and reason == "the order is denied", reason)
    ]], order)
  end)

  it("with what Amazon shows in the end, also when its transaction stays silent", function()
    host:faults({ { operation = "submitShipmentConfirmations", kind = "stuck", times = 1 } })
    support.run(host, DENY .. "settle() assert(e.evidence:find('CANCELLED'), e.evidence)", order)
    assert.are.equal("denied", support.row(host, order).state)
  end)
end)
