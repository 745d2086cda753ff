--- What the rules decide, against the simulator on a clock that the spec moves.
local test = require("dray.test")
local settings = require("sim.settings")

local host, number

-- The order that the spec follows, as dray has it.
local function order()
  for _, row in ipairs(host:orders()) do
    if row.purchaseOrderNumber == number then return row end
  end
end

-- An order of the warehouse with Amazon's labels.
local function choose()
  for _, row in ipairs(host:orders()) do
    if row.warehouse == "DEL4" then return row.purchaseOrderNumber end
  end
end

describe("an order", function()
  before_each(function()
    host = test.here { orders = 4, now = "2026-11-23T03:00Z", sim = { share = settings.plain() } }
    host:run "poll 'orders'"
    host:work()
    number = choose()
  end)

  after_each(function() host:close() end)

  it("is accepted as soon as it is seen", function()
    host:advance "1h"
    assert.are.equal("accepted", order().state)
  end)

  it("is confirmed once the carrier has its box", function()
    host:advance "4h"
    host:event("picked_up", number, { at = "2026-11-23T07:00Z" })
    host:advance "2h"
    assert.are.equal("shipped", order().state)
  end)

  it("is denied when it was missing for half an hour", function()
    host:advance "1h"
    host:event("missing", number)
    host:advance "20m"
    assert.are.equal("accepted", order().state)
    host:advance "2h"
    assert.are.equal("denied", order().state)
  end)
end)
