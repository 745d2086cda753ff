local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local says = support.says

local host, order

local function begin(options, warehouse)
  if host then
    host:close()
  end
  host = support.host(options)
  order = support.order(host, warehouse or "BER3")
end

before_each(function() begin() end)

-- A warehouse in America, whose codes are X12.
local function american()
  local account = test.account(1)
  account.warehouses = { { code = "WXYZ", labels = "own", formats = { "ZPL" }, country = "US",
    zone = "America/New_York", standard = "X12" } }
  begin({ accounts = { account }, project = (test.project({ account }):gsub(
    'carrier = "DHL", shipMethod = "DHL_PAKET"', 'scacCode = "FDEG", shipMethod = "FEDEX_GROUND"'))
  }, "WXYZ")
end

local function sent()
  return support.received(host, order, "submitShipmentStatusUpdates")
end

local PLACE = "{ city = 'Berlin', postalCode = '10115', countryCode = 'DE' }"

-- A scan in a script: scan("JJD1", "meaning = 'DELIVERED'", "10:00").
local function scan(number, codes, time)
  return ("o:scan { trackingNumber = '%s', %s, statusDateTime = '2026-11-23T%s:00Z', "):format(
    number, codes, time or "09:00") .. "statusLocationAddress = " .. PLACE .. " } "
end

local SHIP = "poll 'orders' local o = order('$PO') o:accept() "
  .. "o:confirm { containers = { { trackingNumber = 'JJD1' } } } "

local MEANINGS = {
  DELAYED = { "DE/AF", "404/117" },
  DELIVERED = { "D1/NS", "301/000" },
  DEPARTED_FROM_FC = { "XB/NS", "101/000" },
  IN_TRANSIT = { "O1/NS", "201/000" },
  LOST = { "CA/PL", "409/000" },
  OUT_FOR_DELIVERY = { "OD/NS", "302/000" },
  REJECTED = { "A7/AM", "407/000" },
  UNDELIVERABLE = { "AP/BG", "416/000" },
}

-- "Vendors with their own carrier report its scans, package by package, with the pairs of one
-- standard and the tracking number of the confirmation."
describe("a scan is reported", function()
  for at, standard in ipairs({ "X12", "EDIFACT" }) do
    it("by its meaning, in the words of " .. standard, function()
      if standard == "X12" then
        american()
      end
      local script, expected = { SHIP }, {}
      for meaning, pairs_of in pairs(MEANINGS) do
        script[#script + 1] = scan("JJD1", ("meaning = '%s'"):format(meaning))
        expected[pairs_of[at]] = true
      end
      support.run(host, table.concat(script) .. "settle()", order)
      for _, element in ipairs(sent()) do
        local details = element.statusUpdateDetails
        local pair = details.statusCode .. "/" .. details.reasonCode
        assert.is_true(expected[pair], pair)
        expected[pair] = nil
      end
      assert.is_nil(next(expected))
      assert.are.equal(0, support.told(host, order, "scans", "JJD1").refused)
    end)
  end

  it("by a pair of codes, the reason's zeros included", function()
    support.run(host, SHIP .. scan("JJD1", "statusCode = '301', reasonCode = '000'") .. "settle()",
      order)
    assert.are.same({ "301", "000" }, { sent()[1].statusUpdateDetails.statusCode,
      sent()[1].statusUpdateDetails.reasonCode })
  end)

  it("never by a pair of the other standard", function()
    local message = support.fails(host,
      SHIP .. scan("JJD1", "statusCode = 'D1', reasonCode = 'NS'"), order)
    assert.is_true(says(message, "D1/NS is X12, this warehouse's codes are EDIFACT"), message)
  end)

  it("never by a pair that is mixed of both, or that Amazon does not know together", function()
    for _, codes in ipairs({ "statusCode = '301', reasonCode = 'NS'",
      "statusCode = 'D1', reasonCode = '000'", "statusCode = '301', reasonCode = '117'",
      "statusCode = '999', reasonCode = '000'" }) do
      local message = support.fails(host, SHIP .. scan("JJD1", codes), order)
      assert.is_true(says(message, "does not support the pair"), message)
    end
  end)

  it("never by a meaning that nobody knows: the nearest one is suggested", function()
    local message = support.fails(host, SHIP .. scan("JJD1", "meaning = 'DELIVERD'"), order)
    assert.is_true(says(message, 'did you mean "DELIVERED"?'), message)
  end)

  it("only when Amazon shows the order as shipped; carriers are often quicker", function()
    support.run(host, SHIP .. "local e = " .. scan("JJD1", "meaning = 'IN_TRANSIT'") .. [[
      assert(e.state == "waiting" and e.why == "waits for the proved confirmation", e.why)
      settle()
      assert(e.state == "succeeded", e.why)
    ]], order)
    assert.are.equal(0, support.told(host, order, "scans", "JJD1").refused)
  end)

  it("without asking for that more often than is good: it may take Amazon hours", function()
    host.amazon.world.settings.delays.status = { 5 * 3600000, 5 * 3600000 }
    support.run(host, SHIP .. scan("JJD1", "meaning = 'IN_TRANSIT'") .. "settle()", order)
    assert.are.equal("succeeded", support.effect(host, order, "scan").state)
    local calls = host:ledger().operations
    assert.is_true(calls.getOrder.calls < 20, calls.getOrder.calls)
    assert.is_true(calls.getTransactionStatus.calls < 20, calls.getTransactionStatus.calls)
  end)

  it("only with a tracking number that was confirmed, letter by letter: else a person looks",
    function()
    support.run(host, SHIP .. "local e = " .. scan("jjd1", "meaning = 'IN_TRANSIT'") .. [[
      settle()
      assert(e.state == "held" and e.why:find("is not the confirmed one", 1, true), e.why)
    ]], order)
    assert.are.equal(0, #sent())
  end)

  it("once, however often the carrier's file says it; at another time it is another scan",
    function()
    local one = scan("JJD1", "meaning = 'IN_TRANSIT'")
    support.run(host, SHIP .. one .. one .. scan("JJD1", "meaning = 'IN_TRANSIT'", "09:30")
      .. "settle()", order)
    support.run(host, "local o = order('$PO') " .. one .. "settle()", order)
    assert.are.equal(2, #sent())
  end)

  it("with the order's nominated window when the delivery is scheduled", function()
    order.scheduled = true
    support.run(host, SHIP .. scan("JJD1", "meaning = 'IN_TRANSIT'") .. "settle()", order)
    local item = require("sim.orders").details(order).items[1].scheduledDeliveryShipment
    assert.are.same({
      apptWindowStartDateTime = item.earliestNominatedDeliveryDate,
      apptWindowEndDateTime = item.latestNominatedDeliveryDate,
      estimatedDeliveryDateTime = item.latestNominatedDeliveryDate,
    }, sent()[1].statusUpdateDetails.shipmentSchedule)
  end)

  it("with the carrier's own appointment when one is given", function()
    order.scheduled = true
    support.run(host, SHIP .. (scan("JJD1", "meaning = 'IN_TRANSIT', shipmentSchedule = { "
      .. "estimatedDeliveryDateTime = '2026-11-25T10:00:00Z' }")) .. "settle()", order)
    assert.are.same({ estimatedDeliveryDateTime = "2026-11-25T10:00:00Z" },
      sent()[1].statusUpdateDetails.shipmentSchedule)
  end)

  it("without a window when no delivery was scheduled", function()
    support.run(host, SHIP .. scan("JJD1", "meaning = 'IN_TRANSIT'") .. "settle()", order)
    assert.is_nil(sent()[1].statusUpdateDetails.shipmentSchedule)
  end)

  it("with a place that says its country at least", function()
    local message = support.fails(host, SHIP .. scan("JJD1", "meaning = 'IN_TRANSIT'"):gsub(
      "countryCode = 'DE'", ""), order)
    assert.is_true(says(message, "statusLocationAddress.countryCode"), message)
  end)

  it("never for Amazon's labels, whose carriers report themselves", function()
    local message = support.fails(host, "poll 'orders' local o = order('$PO') "
      .. scan("JJD1", "meaning = 'IN_TRANSIT'"), support.order(host, "DEL4"))
    assert.is_true(says(message, "whose carriers report scans themselves"), message)
  end)
end)

describe("an order is delivered", function()
  it("when its box is", function()
    support.run(host, SHIP .. scan("JJD1", "meaning = 'DELIVERED'") .. "settle()", order)
    assert.are.equal("delivered", support.row(host, order).state)
    assert.is_true(says(support.story(host, order), "order.delivered"))
  end)

  it("when the last of its boxes is, not before", function()
    support.lines(order, { 1, 1 })
    local boxes = "{ trackingNumber = 'JJD1', packedItems = { { itemSequenceNumber = 1 } } }, "
      .. "{ trackingNumber = 'JJD2', packedItems = { { itemSequenceNumber = 2 } } }"
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() o:confirm { containers = { "
      .. boxes .. " } } " .. scan("JJD1", "meaning = 'DELIVERED'") .. "settle()", order)
    assert.are.equal("shipped", support.row(host, order).state)
    support.run(host, "local o = order('$PO') " .. scan("JJD2", "meaning = 'DELIVERED'")
      .. "settle()", order)
    assert.are.equal("delivered", support.row(host, order).state)
  end)

  it("not by a scan that Amazon refused", function()
    local judge = require("sim.scans").judge
    finally(function() require("sim.scans").judge = judge end)
    require("sim.scans").judge = function()
      return { code = "INVALID_TRACKING_NUMBER", message = "No.", details = "" }
    end
    support.run(host, SHIP .. scan("JJD1", "meaning = 'DELIVERED'") .. "settle()", order)
    assert.are.equal("failed", support.effect(host, order, "scan").state)
    assert.are.equal("shipped", support.row(host, order).state)
  end)
end)
