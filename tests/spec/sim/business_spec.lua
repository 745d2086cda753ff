local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local instant = require("sim.instant")

describe("what a transaction says afterwards", function()
  local client

  before_each(function()
    client = support.client()
  end)

  -- The code of the failure, nil after a success.
  local function outcome(reply)
    client:wait(30)
    local status, first = client:transaction(reply)
    assert.are_not.equal("Processing", status)
    return first and first.code
  end

  local function acknowledged(change, code)
    local order = client:order("AMZL")
    local element = client:acknowledgement(order, code)
    change(element, order)
    return outcome((client:acknowledge(element)))
  end

  it("never names the order that failed, since Amazon does not", function()
    local element = client:acknowledgement(client:order("AMZL"))
    element.purchaseOrderNumber = "D0UNKNOWN"
    local reply = client:acknowledge(element)
    client:wait(30)
    local status, first = client:transaction(reply)
    assert.are.equal("Failure", status)
    assert.are.equal("INVALID_ORDER_ID", first.code)
    assert.is_nil((first.message .. first.details):find("D0UNKNOWN", 1, true))
  end)

  it("refuses an acknowledgement without a known code, with other quantities, lines or products",
    function()
    assert.are.equal("INVALID_STATUS", acknowledged(function(e)
      e.acknowledgementStatus = { description = "fine" }
    end))
    assert.are.equal("INVALID_STATUS", acknowledged(function() end, "99"))
    assert.are.equal("INVALID_QUANTITY", acknowledged(function(e)
      e.itemAcknowledgements[1].acknowledgedQuantity.amount = 9
    end))
    assert.are.equal("INVALID_ITEM_ID", acknowledged(function(e)
      e.itemAcknowledgements[1].itemSequenceNumber = "77"
    end))
    assert.are.equal("INVALID_ITEM_ID", acknowledged(function(e)
      e.itemAcknowledgements[1].buyerProductIdentifier = "B0OTHER"
    end))
    assert.are.equal("INVALID_SELLING_PARTY", acknowledged(function(e)
      e.sellingParty.partyId = "ACME2"
    end))
    assert.are.equal("INVALID_SHIP_FROM_PARTY", acknowledged(function(e)
      e.shipFromParty.partyId = "OWNC"
    end))
  end)

  it("refuses a second acknowledgement, whatever it says, and the first one stands", function()
    local order = client:order("AMZL")
    assert.is_nil(outcome((client:acknowledge(client:acknowledgement(order)))))
    assert.are.equal("INVALID_ORDER_STATE",
      outcome((client:acknowledge(client:acknowledgement(order, "03")))))
    local told = client.amazon:told("acme", order.purchaseOrderNumber, "acknowledgement")
    assert.are.equal(2, told.told)
    assert.are.equal(1, told.applied)
    assert.are.equal("ACCEPTED", client.amazon:order(order.purchaseOrderNumber).status)
  end)

  local function label_outcome(order)
    return outcome((client:request_labels(client:label_request(order))))
  end

  it("refuses labels before the acknowledgement has settled", function()
    local order = client:order("AMZL")
    assert.are.equal("INVALID_ORDER_STATE", label_outcome(order))
    client:acknowledge(client:acknowledgement(order))
    assert.are.equal("INVALID_ORDER_STATE", label_outcome(order))
    client:wait(30)
    assert.is_nil(label_outcome(order))
  end)

  it("refuses labels after the confirmation, for own carriers, and for cancelled orders", function()
    local order = client:labelled(client:order("AMZL"))
    client:confirm(client:confirmation(order))
    assert.are.equal("INVALID_ORDER_STATE", label_outcome(order))
    assert.are.equal("INVALID_SHIP_FROM_PARTY",
      label_outcome(client:accepted(client:order("OWNC"))))
    local cancelled = client:accepted(client:order("AMZL", 2))
    client:post("/sim/cancel", { purchaseOrderNumber = cancelled.purchaseOrderNumber })
    assert.are.equal("INVALID_ORDER_STATE", label_outcome(cancelled))
  end)

  it("refuses labels before the ship day of the warehouse's own calendar", function()
    local hours = { ["Asia/Kolkata"] = 5.5, ["Europe/Berlin"] = 1 }
    client = support.client({
      share = { tomorrow = 1, several_lines = 0, several_boxes = 0, gift = 0, slip = 0,
        scheduled = 0, priority = 0,
        flip = 0 },
      zone_offset = function(zone)
        return math.tointeger(hours[zone] * 3600000)
      end,
    })
    local order = client:accepted(client:order("AMZL"))
    assert.are.equal("INVALID_SHIP_DATE", label_outcome(order))
    client:wait((24 - 9 - 5.5) * 3600) -- midnight in India, 18:30 in Greenwich
    client.tokens = {}
    assert.is_nil(label_outcome(order))
  end)

  local function confirmed(change, warehouse)
    local order = client:order(warehouse or "AMZL")
    order = warehouse and client:accepted(order) or client:labelled(order)
    local element = client:confirmation(order)
    change(element, order)
    return outcome((client:confirm(element)))
  end

  it("refuses a confirmation that says another carrier or number than the latest label", function()
    assert.are.equal("INVALID_SHIP_METHOD", confirmed(function(e)
      e.containers[1].shipMethod = e.containers[1].shipMethod:lower()
    end))
    client = support.client()
    assert.are.equal("INVALID_TRACKING_NUMBER", confirmed(function(e)
      e.containers[1].trackingNumber = "360000"
    end))
    client = support.client()
    local order = client:labelled(client:order("AMZL"))
    local element = client:confirmation(order)
    client:request_labels(client:label_request(order))
    client:wait(120)
    assert.are.equal("INVALID_TRACKING_NUMBER", outcome((client:confirm(element))))
  end)

  it("refuses a confirmation without its label, its packages or its contents", function()
    local order = client:accepted(client:order("AMZL"))
    assert.are.equal("NotAvailable", outcome((client:confirm(client:confirmation(order)))))
    client = support.client()
    assert.are.equal("EMPTY_PACKAGES", confirmed(function(e)
      e.containers = nil
    end))
    client = support.client()
    assert.are.equal("INVALID_PACKED_QUANTITY", confirmed(function(e)
      e.containers[1].packedItems[1].packedQuantity.amount = 9
    end))
  end)

  it("refuses a shipment of some of the lines or units: nothing ships in part", function()
    assert.are.equal("INVALID_QUANTITY", confirmed(function(e)
      e.items[1].shippedQuantity.amount = 0
    end))
    client = support.client()
    assert.are.equal("INVALID_ITEM_ID", confirmed(function(e)
      e.items[1].buyerProductIdentifier, e.items[1].vendorProductIdentifier = nil, nil
    end))
    client = support.client({ seed = 5, share = { several_lines = 1, several_boxes = 0,
      tomorrow = 0, gift = 0,
      slip = 0, scheduled = 0, priority = 0, flip = 0 } })
    assert.are.equal("MISSING_ITEMS", confirmed(function(e)
      table.remove(e.items)
    end))
  end)

  it("refuses a shipped date in the future, to the second", function()
    assert.are.equal("INVALID_SHIP_DATE", confirmed(function(e)
      e.shipmentDetails.shippedDate = instant.text(client.now + 1000)
    end))
    client = support.client()
    assert.is_nil(confirmed(function(e)
      e.shipmentDetails.shippedDate = instant.text(client.now)
    end))
  end)

  it("refuses a second confirmation and a denial after it, also before the first has settled",
    function()
    local order = client:labelled(client:order("AMZL"))
    local element = client:confirmation(order)
    assert.is_nil(outcome((client:confirm(element))))
    assert.are.equal("INVALID_ORDER_STATE", outcome((client:confirm(element))))
    assert.are.equal("INVALID_ORDER_STATE",
      outcome((client:confirm(client:confirmation(order, "FLOOR_DENIAL")))))
    local told = client.amazon:told("acme", order.purchaseOrderNumber, "confirmation")
    assert.are.same({ 3, 1, 2 }, { told.told, told.applied, told.refused })
  end)

  it("wants the carrier of who ships himself: carrier in Europe", function()
    assert.are.equal("INVALID_CARRIER", confirmed(function(e)
      e.containers[1].carrier = nil
    end, "OWNC"))
  end)

  local function scanned(warehouse, tracking, status, reason)
    local order = client:shipped(client:order(warehouse))
    return outcome((client:report(client:scan(order, tracking, status, reason))))
  end

  it("refuses scans of the other standard, of unknown or mixed pairs", function()
    assert.are.equal("INVALID_STATUS_CODE", scanned("OWNC", "JJD1", "D1", "NS"))
    client = support.client()
    assert.are.equal("INVALID_STATUS_CODE", scanned("OWNC", "JJD1", "301", "117"))
    client = support.client()
    assert.are.equal("INVALID_STATUS_CODE", scanned("OWNC", "JJD1", "301", "0"))
    client = support.client()
    assert.are.equal("INVALID_STATUS_CODE", scanned("OWNC", "JJD1", "301", "NS"))
  end)

  it("refuses scans of a package that was not confirmed, and before the order is SHIPPED",
    function()
    assert.are.equal("INVALID_TRACKING_NUMBER", scanned("OWNC", "JJD2", "301", "000"))
    local order = client:accepted(client:order("OWNC", 2))
    client:confirm(client:confirmation(order))
    assert.are.equal("INVALID_ORDER_STATE",
      outcome((client:report(client:scan(order, "JJD1", "301", "000")))))
  end)

  it("refuses scans where Amazon's carrier drives", function()
    local order = client:labelled(client:order("AMZL"))
    client:confirm(client:confirmation(order))
    client:wait(60)
    assert.are.equal("INVALID_SHIP_FROM_PARTY",
      outcome((client:report(client:scan(order, order.label.packages[1].tracking, "301", "000")))))
  end)

  it("applies the good elements beside a bad one, or none, as the option says", function()
    for bulk, applied in pairs({ each = 1, all = 0 }) do
      client = support.client({ bulk = bulk })
      local good, bad = client:order("AMZL"), client:acknowledgement(client:order("OWNC"))
      bad.acknowledgementStatus.code = "99"
      local reply = client:acknowledge(client:acknowledgement(good), bad)
      assert.are.equal("INVALID_STATUS", outcome(reply))
      assert.are.equal(applied, client.amazon:told("acme", good.purchaseOrderNumber,
        "acknowledgement").applied)
      client:wait(60)
      assert.are.equal(applied == 1 and "ACCEPTED" or "NEW",
        client.amazon:order(good.purchaseOrderNumber).status)
    end
  end)
end)
