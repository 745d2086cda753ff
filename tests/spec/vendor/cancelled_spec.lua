local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

-- "A customer may cancel until the order is shipped. getOrders filters by creation, so an order
-- that is cancelled later is in no poll of new orders: a second poll asks for what was cancelled."
describe("an order that is cancelled behind our back", function()
  local host, order

  before_each(function()
    host = support.host()
    order = support.order(host)
  end)

  after_each(function()
    host:close()
  end)

  local function cancel()
    assert.is_true(host.amazon.world:cancel(order))
  end

  it("is found by the second poll, days after it came", function()
    support.run(host, "poll 'orders' for o in orders {} do o:accept() end settle()")
    host:advance("3d")
    cancel()
    support.run(host, "poll 'orders'")
    assert.are.equal("accepted", support.row(host, order).state)
    support.run(host, "assert(poll 'cancelled' == 1)")
    assert.are.equal("cancelled", support.row(host, order).state)
    assert.is_true(says(support.story(host, order), "order.cancelled"))
    local other = support.order(host, "BER3")
    assert.are.equal("accepted", support.row(host, other).state)
  end)

  it("keeps nothing back that was not sent: a person pulls the parcel instead", function()
    order.required_ship_ms = order.required_ship_ms + 24 * 3600 * 1000
    support.run(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept():wait()
      o:request_label()
      o:confirm()
    ]], order)
    assert.are.equal("waiting", support.effect(host, order, "request_label").state)
    cancel()
    support.run(host, "poll 'cancelled'")
    for _, verb in ipairs({ "request_label", "confirm" }) do
      local effect = support.effect(host, order, verb)
      assert.are.equal("cancelled", effect.state)
      assert.are.equal("the order was cancelled", effect.why)
    end
    host:advance("2d")
    assert.are.equal(0, support.told(host, order, "label").told)
    assert.are.equal(0, support.told(host, order, "confirmation").told)
  end)

  it("takes no verb any more: each gives nil and the reason", function()
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    cancel()
    support.run(host, [[
      poll "cancelled"
      local o = order("$PO")
      for _, verb in ipairs { "request_label", "confirm", "floor_deny" } do
        local e, why = o[verb](o)
        assert(e == nil and why == "the order is cancelled", verb .. ": " .. tostring(why))
      end
    ]], order)
    assert.are.equal(1, #host:effects())
  end)

  it("stays cancelled when the proof of its acceptance comes late", function()
    support.run(host, "poll 'orders' order('$PO'):accept() sleep '10s'", order)
    cancel()
    support.run(host, "poll 'cancelled' settle()")
    host:advance("3h")
    assert.are.equal("cancelled", support.row(host, order).state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
  end)

  it("is not accepted after all when the first acceptance was lost", function()
    host:faults({ { operation = "submitAcknowledgement", kind = "lost_before", times = 1 } })
    support.run(host, "poll 'orders' order('$PO'):accept() sleep '1m'", order)
    assert.are.equal("unknown", support.effect(host, order, "accept").state)
    cancel()
    host:advance("2h")
    assert.are.equal("cancelled", support.effect(host, order, "accept").state)
    assert.are.equal("cancelled", support.row(host, order).state)
    assert.are.equal(0, support.told(host, order, "acknowledgement").told)
  end)

  it("ends the wait of a script whose confirmation it forestalls", function()
    order.slip = true
    host.amazon.world.settings.delays.slip = { 5 * 3600 * 1000, 5 * 3600 * 1000 }
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() o:request_label() "
      .. "o:confirm() sleep '1h'", order)
    cancel()
    support.run(host, "poll 'cancelled' local e = order('$PO'):confirm() assert(e == nil) settle()",
      order)
    assert.are.equal("cancelled", support.effect(host, order, "confirm").state)
  end)

  it("with a confirmation of which Amazon says nothing is a person's matter in the end", function()
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle()",
      order)
    host:faults({ { operation = "submitShipmentConfirmations", kind = "stuck", times = 1 } })
    support.run(host, "order('$PO'):confirm() sleep '10s'", order)
    cancel()
    support.run(host, "poll 'cancelled' settle()", order, "1d")
    host:advance("6h")
    local effect = support.effect(host, order, "confirm")
    assert.are.equal("held", effect.state)
    assert.is_true(says(effect.why, "the order was cancelled"), effect.why)
    assert.are.equal("cancelled", support.row(host, order).state)
  end)

  it("shows as shipped when the goods had left before: what is shipped stays shipped", function()
    support.run(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      o:request_label()
      o:confirm()
      settle()
      poll "cancelled"
    ]], order)
    host:advance("20m")
    host.amazon.world:settle()
    assert.is_false(host.amazon.world:cancel(order))
    support.run(host, "poll 'cancelled'")
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("with a confirmation on its way that Amazon refuses leaves it failed, and says so", function()
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle()",
      order)
    cancel() -- nobody here knows yet
    support.run(host, "order('$PO'):confirm() settle()", order)
    local effect = support.effect(host, order, "confirm")
    assert.is_true(effect.state == "failed" or effect.state == "cancelled", effect.state)
    assert.are.equal("cancelled", support.row(host, order).state)
    assert.are.equal(1, support.told(host, order, "confirmation").refused)
  end)
end)
