local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local host, order

local function begin(options, warehouse)
  if host then
    host:close()
  end
  host = support.host(options)
  order = support.order(host, warehouse)
end

before_each(function() begin() end)

local function kept(kind)
  local out = {}
  for _, document in ipairs(host:documents()) do
    if document.kind == kind then
      out[#out + 1] = document
    end
  end
  return out
end

local function calls(operation)
  local counted = host:ledger().operations[operation]
  return counted and counted.calls or 0
end

local ACCEPT_ALL = "poll 'orders' for o in orders { state = 'new' } do o:accept() end settle() "

-- "Customer invoices exist for orders within India only. A page holds ten."
describe("customer invoices", function()
  it("are fetched for India, ten a page, each once", function()
    begin({ orders = 50 })
    support.run(host, ACCEPT_ALL .. "sleep '30m' poll 'invoices' poll 'invoices'")
    assert.are.equal(25, #kept("invoice"))
    for _, document in ipairs(kept("invoice")) do
      assert.are.equal("PDF", document.format)
      assert.are.equal("", document.flaw)
    end
    assert.are.equal(0, host:ledger().operations.getCustomerInvoices.bad)
  end)

  it("are not even asked for by an account that ships elsewhere", function()
    local account = test.account(4)
    account.warehouses = { account.warehouses[2] }
    begin({ accounts = { account } }, "BER3")
    support.run(host, ACCEPT_ALL .. "assert(poll 'invoices' == 0)")
    assert.are.equal(0, calls("getCustomerInvoices"))
  end)

  it("that were there before their order was read are found all the same", function()
    host.amazon.world:set_status(order, "ACCEPTED") -- by hand, hours ago
    table.insert(host.amazon.world.account_list[1].invoices,
      { order = order, created_ms = host:now() - 3600000 })
    support.run(host, "poll 'invoices'")
    assert.are.equal(0, #kept("invoice"))
    host:advance("2h")
    support.run(host, "poll 'orders' poll 'invoices'")
    assert.are.equal(1, #kept("invoice"))
  end)
end)

-- "A packing slip is needed for gifts and business orders, and is always a PDF."
describe("packing slips", function()
  it("are fetched for the orders that require one, once each", function()
    order.slip = true
    support.run(host, ACCEPT_ALL .. "for _ = 1, 4 do sleep '30m' poll 'slips' end")
    assert.are.equal(1, #kept("slip"))
    assert.are.equal(order.purchaseOrderNumber, kept("slip")[1].order)
    assert.are.equal("PDF", kept("slip")[1].format)
  end)

  it("that no list brings are asked for one by one, and the confirmation goes on", function()
    order.slip = true
    support.answers({ getPackingSlips = '{"pagination":{},"packingSlips":[]}' }, finally)
    support.run(host, [[
      poll "orders"
      local o = order "$PO"
      o:accept() o:request_label() o:confirm()
      settle()
    ]], order, "3h")
    assert.are.equal(1, #kept("slip"))
    assert.are.equal("shipped", support.row(host, order).state)
    assert.is_true(calls("getPackingSlip") <= calls("getPackingSlips"))
  end)
end)

-- "Vendors with Amazon's labels see no customer data: it is masked with xxxxx."
describe("a masked address", function()
  it("is shown as Amazon masks it, and what is not masked is shown", function()
    support.run(host, [[
      poll "orders"
      local to = order("$PO").body.shipToParty
      assert(to.name == "xxxxx" and to.addressLine1 == "xxxxx" and to.phone == "xxxxx")
      assert(to.countryCode == "IN" and to.postalCode ~= "xxxxx")
    ]], order)
    support.run(host, "assert(order('$PO').body.shipToParty.name ~= 'xxxxx')",
      support.order(host, "BER3"))
  end)
end)

-- "Orders, labels, slips and invoices can be read for six months."
describe("data older than six months", function()
  it("is not asked for, however long dray was away", function()
    begin({ disk = true })
    support.run(host, ACCEPT_ALL)
    host:advance("300d")
    host:add_orders(1)
    support.run(host, "assert(poll 'orders' == 1) poll 'labels' poll 'slips'")
    for _, operation in pairs({ "getOrders", "getShippingLabels", "getPackingSlips" }) do
      assert.are.equal(0, host:ledger().operations[operation].bad)
    end
  end)
end)
