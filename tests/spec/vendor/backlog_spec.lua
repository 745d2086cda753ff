local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local HOUR = 3600 * 1000

local host, list

-- Eight orders of one warehouse, one acknowledgement a request and ten seconds; the later an order
-- came, the earlier it has to ship.
before_each(function()
  local account = test.account(8)
  account.warehouses = { account.warehouses[1] }
  host = support.host({ accounts = { account }, project = (test.project({ account }):gsub(
    'program = "vendor"',
    'batch = { acknowledgements = 1 }, %0, '
    .. 'rates = { submitAcknowledgement = { rate = 0.1, burst = 1 } }')) })
  list = host.amazon.world.account_list[1].list
  for i, order in ipairs(list) do
    order.required_ship_ms = order.required_ship_ms - i * HOUR
    order.text = nil
  end
end)

after_each(function() host:close() end)

-- The orders, the first to ship first, from the nth on.
local function numbers(from)
  local out = {}
  for i = #list, 1, -1 do
    out[#out + 1] = list[i].purchaseOrderNumber
  end
  return table.concat(out, " ", from)
end

-- What reached Amazon, from the nth request on.
local function received(from)
  local out = {}
  for _, element in ipairs(host.received.submitAcknowledgement) do
    out[#out + 1] = element.purchaseOrderNumber
  end
  return table.concat(out, " ", from)
end

-- What ships last is asked for first.
local ACCEPT_ALL = [[
  poll "orders"
  local list = {}
  for o in orders {} do table.insert(list, 1, o) end
  for _, o in ipairs(list) do o:accept() end
]]

-- "After an outage everything is late, and some of it is later."
describe("a backlog", function()
  it("leaves in the order in which it has to ship, not in which it was asked for", function()
    support.run(host, ACCEPT_ALL .. " settle()")
    assert.are.equal(numbers(1), received(1))
  end)

  it("that Amazon did not take for an hour goes on with what has to ship first", function()
    host:faults({ { operation = "submitAcknowledgement", kind = "429", times = 25 } })
    support.run(host, ACCEPT_ALL)
    host:advance("2h")
    for _, order in ipairs(list) do
      assert.are.equal(1, support.told(host, order, "acknowledgement").told)
    end
    assert.are.equal(numbers(3), received(#host.received.submitAcknowledgement - 5))
  end)

  it("of a warehouse that was frozen, too", function()
    assert(host:control("freeze", "DEL4", "stocktaking"))
    support.run(host, ACCEPT_ALL)
    host:advance("1h")
    assert(host:control("thaw", "DEL4", "counted"))
    host:advance("1h")
    assert.are.equal(numbers(1), received(1))
  end)
end)
