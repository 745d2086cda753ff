local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local host

-- Counts the lists that are asked: host.asked.orders, .cancelled, .labels …
local function count_lists(h)
  local amazon, handle = h.amazon, h.amazon.handle
  local lists = { ["/shippingLabels"] = "labels", ["/packingSlips"] = "slips",
    ["/customerInvoices"] = "invoices" }
  h.asked = { orders = 0, accepted = 0, shipped = 0, cancelled = 0, labels = 0, slips = 0,
    invoices = 0 }
  function amazon:handle(request)
    local list = lists[request.path:match("(/[%w]+)$")]
    if request.method == "GET" and request.path:match("/orders/v1/purchaseOrders$") then
      list = ((request.query or ""):match("status=(%u+)") or "orders"):lower()
    end
    if request.method == "GET" and list then
      h.asked[list] = h.asked[list] + 1
    end
    return handle(self, request)
  end
end

local function begin(options)
  host = support.host(options)
  count_lists(host)
  host:ask_lists()
end

after_each(function()
  if host then host:close() end
  host = nil
end)

describe("lists that are asked by themselves", function()
  it("find a new order within five minutes", function()
    begin()
    host:advance("1m")
    assert.are.equal(2, #host:orders())
    host:add_orders(1)
    host:advance("5m")
    assert.are.equal(3, #host:orders())
    assert.are.equal(2, host.asked.orders)
  end)

  it("are asked as often as the project file says", function()
    local account = test.account(2)
    local project = test.project({ account }):gsub("sellingParty",
      'poll = { orders = "30s" },\n  %0', 1)
    begin({ accounts = { account }, project = project })
    host:advance("10m")
    assert.are.equal(20, host.asked.orders)
  end)

  it("look hourly for what customers cancelled and others shipped, as long as an order is open",
    function()
    begin()
    local order = support.order(host)
    host:advance("10m")
    assert(host.amazon.world:cancel(order))
    host:advance("1h")
    assert.are.equal("cancelled", support.row(host, order).state)
    host:advance("2h")
    assert.are.equal(3, host.asked.cancelled)
    assert.are.equal(3, host.asked.shipped)
  end)

  it("of labels and slips are read hourly while nobody waits for one", function()
    begin()
    host:advance("3h")
    assert.are.same({ 3, 3 }, { host.asked.labels, host.asked.slips })
  end)

  it("of slips are read every five minutes while an accepted order wants one", function()
    begin({ share = { slip = 1 } })
    support.run(host, "poll 'orders' for o in orders {} do o:accept() end settle()")
    local before = host.asked.slips
    host:advance("1h")
    assert.is_true(host.asked.slips >= before + 11, host.asked.slips)
  end)

  it("of invoices are read only where orders stay within India", function()
    local account = test.account(2)
    table.remove(account.warehouses, 1)
    begin({ accounts = { account } })
    host:advance("2h")
    assert.are.equal(2, #host:orders())
    assert.are.equal(0, host.asked.invoices)
  end)

  it("that could not be read are asked again after a minute", function()
    begin()
    host:faults({ { operation = "getOrders", kind = "garbage", rate = 1 } })
    host:advance("2m")
    assert.are.equal(0, #host:orders())
    host:faults({})
    host:advance("1m")
    assert.are.equal(2, #host:orders())
  end)

  it("take no time that is none, too short or too long, and no list that is none", function()
    local account = test.account(2)
    local function said(poll)
      local project = test.project({ account }):gsub("sellingParty", "poll = " .. poll .. ",\n  %0",
        1)
      local ok, message = pcall(test.host, { accounts = { account }, project = project })
      return not ok and message or "nothing"
    end
    assert.matches('unknown key "order" %(did you mean "orders"%?%)', said('{ order = "5m" }'))
    assert.matches('poll%.orders: expected a time from 1s to 1h', said('{ orders = "2h" }'))
    assert.matches('poll%.labels: expected a time from 1s to 1h', said('{ labels = "10ms" }'))
    assert.matches('dray.lua:1: account "acme": poll%.slips: ', said('{ slips = "often" }'))
  end)

  it("ask about a transaction as soon as the project file says", function()
    local account = test.account(2)
    local project = test.project({ account }):gsub("sellingParty",
      'poll = { orders = "1m", transactions = "2s" },\n  %0', 1)
    begin({ accounts = { account }, project = project, sim = { speed = "instant" } })
    host:advance("1s")
    support.run(host, "for o in orders {} do o:reject { code = '02' } end")
    host:advance("5s")
    assert.are.same({ succeeded = 2 }, test.count(host:effects(), "state"))
  end)
end)
