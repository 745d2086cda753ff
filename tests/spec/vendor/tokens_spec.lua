local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

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

local function calls(operation)
  local counted = host:ledger().operations[operation]
  return counted and counted.calls or 0
end

-- "Access tokens and restricted data tokens live for an hour; a 403 that says expired is repeated
-- once with a new one."
describe("a token that expires", function()
  it("in the middle of a list is renewed there, and the list goes on at its page", function()
    begin({ orders = 20 })
    support.pages(3, finally)
    host:faults({ { operation = "getOrders", kind = "expired", nth = { 3 } } })
    support.run(host, "assert(poll 'orders' == 20)")
    assert.are.equal(20, #host:orders())
    assert.are.equal(2, calls("createRestrictedDataToken"))
    assert.are.equal(8, calls("getOrders"))
  end)

  it("in the middle of a write was certainly no write: it leaves once more, and once only",
    function()
    host:faults({ { operation = "submitAcknowledgement", kind = "expired", times = 1 } })
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
    assert.are.equal("succeeded", support.effect(host, order, "accept").state)
  end)

  it("after its hour is renewed before anything is asked with it", function()
    support.run(host, [[
      poll "orders"
      for i = 1, 6 do
        sleep "50m"
        poll "orders"
      end
    ]])
    assert.are.equal(0, host:ledger().operations.getOrders.denied)
  end)
end)

-- "An application's roles can be taken away, in the middle of the day."
describe("a role that is taken away", function()
  local READY = "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle() "

  local function take(...)
    host.amazon.world.account_list[1].options.missing_roles = { ... }
  end

  it("holds the writes that need it, and says so; given back, they leave when a person says so",
    function()
    support.run(host, READY, order)
    take("submitShipmentConfirmations")
    support.run(host, "order('$PO'):confirm() settle()", order)
    local effect = support.effect(host, order, "confirm")
    assert.are.equal("held", effect.state)
    assert.is_true(says(effect.why, "403"), effect.why)
    assert.is_true(says(effect.why, "does not have access"), effect.why)
    assert.are.equal("accepted", support.row(host, order).state)
    take()
    assert(host:control("release", effect.id, "the role is back"))
    host:advance("1h")
    assert.are.equal("shipped", support.row(host, order).state)
    assert.are.equal(1, support.told(host, order, "confirmation").told)
  end)

  it("makes a list fail with the name of what is missing, and loses nothing", function()
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    take("getShippingLabels", "getShippingLabel")
    support.run(host, [[
      order("$PO"):request_label()
      sleep "30m"
      local got, why = try(poll, "labels")
      assert(got == nil, "the list was read")
      why = tostring(why)
      assert(why:find("getShippingLabels", 1, true) and why:find("403", 1, true), why)
    ]], order)
    assert.are.equal("accepted", support.effect(host, order, "request_label").state)
    take()
    host:advance("25h") -- a missing role is taken for granted for a day at most
    support.run(host, "poll 'labels'")
    assert.are.equal("succeeded", support.effect(host, order, "request_label").state)
    assert.are.equal(1, support.told(host, order, "label").told)
  end)

  it("is remembered over a restart: the token that is refused is not asked for again", function()
    begin({ disk = true })
    take("getShippingLabels", "getShippingLabel")
    support.run(host, "poll 'orders' assert(try(poll, 'labels') == nil)")
    assert.are.equal(3, calls("createRestrictedDataToken")) -- all paths, orders, labels
    host:restart()
    support.run(host, "poll 'orders'")
    assert.are.equal(4, calls("createRestrictedDataToken"))
  end)

  it("leaves the other lists readable", function()
    support.run(host, "poll 'orders'")
    take("getCustomerInvoices")
    support.run(host, [[
      assert(try(poll, "invoices") == nil)
      poll "orders"
      order("$PO"):accept()
      settle()
    ]], order)
    assert.are.equal("accepted", support.row(host, order).state)
  end)
end)

describe("a token endpoint", function()
  it("that answers with a page of HTML makes a poll fail with a sentence, not with a page",
    function()
    host:faults({ { operation = "lwaToken", kind = "html", times = 20 } })
    local message = support.fails(host, "poll 'orders'")
    assert.is_true(says(message, "account acme"), message)
    assert.is_true(says(message, "503"), message)
    assert.is_false(says(message, "<html>"), message)
    assert.are.equal(0, calls("getOrders"))
  end)

  it("that answers with HTML in the middle of the day delays what is to be sent, and loses nothing",
    function()
    support.run(host, "poll 'orders'")
    host:advance("2h") -- the tokens are old by now
    host:faults({ { operation = "lwaToken", kind = "html", times = 30 } })
    support.run(host, "order('$PO'):accept() settle()", order)
    assert.are.equal("succeeded", support.effect(host, order, "accept").state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
  end)

  it("that knows the refresh token no more says what a person has to do", function()
    host.amazon.world.account_list[1].options.refresh_token = "Atzr|revoked"
    local message = support.fails(host, "poll 'orders'")
    assert.is_true(says(message, "invalid_grant"), message)
    assert.is_true(says(message, "authori"), message)
    assert.is_true(calls("lwaToken") <= 2)
  end)

  it("is asked for one token however many wait for it", function()
    support.run(host, "poll { 'orders', 'labels', 'slips', 'invoices', 'shipped', 'cancelled' }")
    assert.are.same({ 1, 1 }, { calls("lwaToken"), calls("createRestrictedDataToken") })
  end)
end)
