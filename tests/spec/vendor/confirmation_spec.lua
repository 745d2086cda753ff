local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, order

local function begin(options, warehouse)
  if host then
    host:close()
  end
  host = support.host(options)
  order = support.order(host, warehouse)
end

before_each(function() begin() end)

local function sent()
  return support.received(host, order, "submitShipmentConfirmations")
end

local function confirmation()
  return support.effect(host, order, "confirm")
end

local READY = "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle() "
local OWN = "poll 'orders' local o = order('$PO') o:accept() settle() "
local SHIP = READY .. "o:confirm() settle()"

-- "Confirm the shipment within 4 hours after it left: the whole order, all lines, never before it
-- has left, with what the latest label says."
describe("a shipment is confirmed", function()
  it("with all lines, the products and units as ordered, in one box with the default weight",
    function()
    support.lines(order, { 2, 1 })
    support.run(host, SHIP, order)
    local told = sent()[1]
    assert.are.equal("SHIPPED", told.shipmentDetails.shipmentStatus)
    assert.are.equal(2, #told.items)
    assert.are.equal(1, #told.containers)
    local box = told.containers[1]
    assert.are.same({ unitOfMeasure = "KG", value = "1.5" }, box.weight)
    assert.are.equal("carton", box.containerType)
    assert.is_nil(box.containerSequenceNumber)
    for i, item in ipairs(told.items) do
      assert.are.equal(i, item.itemSequenceNumber) -- an integer here, a text in orders
      assert.are.equal("integer", math.type(math.tointeger(item.itemSequenceNumber)))
      assert.are.same({ amount = order.lines[i].quantity, unitOfMeasure = "Each" },
        item.shippedQuantity)
      assert.are.equal(order.lines[i].asin, item.buyerProductIdentifier)
      assert.are.equal(order.lines[i].sku, item.vendorProductIdentifier)
      assert.are.same(item.shippedQuantity, box.packedItems[i].packedQuantity)
    end
    assert.are.equal(0, support.told(host, order, "confirmation").refused)
    assert.are.equal("SHIPPED", order.status)
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("by the one product id that the order has", function()
    support.lines(order, { 1 })
    order.lines[1].sku = nil
    support.run(host, SHIP, order)
    local item = sent()[1].items[1]
    assert.are.equal(order.lines[1].asin, item.buyerProductIdentifier)
    assert.is_nil(item.vendorProductIdentifier)
  end)

  it("in the unit that the order uses", function()
    order.text = nil
    local details = require("sim.orders").details
    finally(function() require("sim.orders").details = details end)
    require("sim.orders").details = function(o)
      local d = details(o)
      d.items[1].orderedQuantity.unitOfMeasure = "EACH"
      return d
    end
    support.run(host, SHIP, order)
    assert.are.equal("EACH", sent()[1].items[1].shippedQuantity.unitOfMeasure)
  end)

  it("never for the future: Amazon wants to hear of it when the goods have left", function()
    local message = support.fails(host,
      READY .. "o:confirm { shippedDate = iso(now() + 60000) }", order)
    assert.is_true(says(message, "lies in the future"), message)
    assert.is_nil(confirmation())
    support.run(host, "order('$PO'):confirm { shippedDate = iso(now() - 60000) } settle()", order)
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("not before the label is there", function()
    support.run(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      o:request_label()
      local e = o:confirm()
      local seen = {}
      while e.state == "waiting" do
        if seen[#seen] ~= e.why then seen[#seen + 1] = e.why end
        sleep "10s"
        poll "accepted"
      end
      assert(seen[1] == "waits for the proved acceptance", seen[1])
      assert(seen[2] == "waits for the latest label", seen[2])
      settle()
      assert(e.state == "succeeded")
    ]], order)
    assert.are.equal(0, support.told(host, order, "confirmation").refused)
  end)

  it("not before the packing slip is there that the order requires", function()
    order.slip = true
    support.run(host, READY .. [[
      local e = o:confirm()
      if o.slip == nil then
        assert(e.why == "waits for the packing slip that this order requires", e.why)
      end
      settle()
      assert(e.state == "succeeded" and o.slip.format == "PDF")
    ]], order)
  end)

  it("without asking for that slip more often than is good: it may take Amazon hours", function()
    order.slip = true
    host.amazon.world.settings.delays.slip = { 5 * 3600000, 5 * 3600000 }
    support.run(host, SHIP, order)
    assert.are.equal("shipped", support.row(host, order).state)
    local calls = host:ledger().operations.getPackingSlips.calls
    assert.is_true(calls < 20, calls)
  end)

  it("once: a second confirmation is the effect there is", function()
    support.run(host, SHIP .. " assert(o:confirm().state == 'succeeded')", order)
    assert.are.equal(1, #sent())
    assert.are.equal(1, #support.effects(host, order, "confirm"))
  end)

  it("once: another confirmation with other content is a conflict for a person", function()
    local message = support.fails(host,
      SHIP .. " o:confirm { shippedDate = '2026-11-23T07:00:00Z' }", order)
    assert.is_true(says(message, "confirm was asked before with other content"), message)
    assert.are.equal(1, #sent())
  end)

  it("not by dray when Amazon shows it as shipped: that proves the wish", function()
    support.run(host, READY, order)
    host.amazon.world:set_status(order, "SHIPPED")
    support.run(host, "poll 'shipped' order('$PO'):confirm() settle()", order)
    assert.are.equal("succeeded", confirmation().state)
    assert.are.equal(0, #sent())
  end)

  it("never for an order whose lines name no product: it waits for a person", function()
    order.lines[1].asin, order.lines[1].sku = nil, nil
    local message = support.fails(host, "poll 'orders' order('$PO'):confirm()", order)
    assert.is_true(says(message, "line 1 names no product"), message)
    assert.are.equal(0, #host:effects())
  end)
end)

-- "Each container needs an identifier, a type, a weight, what is packed in it, ship method and
-- tracking number. Quantities must add up to the order: partial shipping does not exist."
describe("the boxes of a confirmation", function()
  local TWO = [[
    local function box(id, ...)
      local items = {}
      for i, amount in ipairs { ... } do
        if amount > 0 then
          items[#items + 1] = { itemSequenceNumber = i, packedQuantity = { amount = amount } }
        end
      end
      return { containerIdentifier = id, weight = { unitOfMeasure = "KG", value = "2" },
        packedItems = items }
    end
  ]]

  before_each(function()
    support.lines(order, { 2, 1 })
    order.packages = 2
  end)

  it("come from what the script gives", function()
    support.run(host, TWO .. READY
      .. "o:confirm { containers = { box('001', 2, 0), box('002', 0, 1) } } settle()", order)
    local boxes = sent()[1].containers
    assert.are.equal(2, #boxes)
    assert.are.equal("2", boxes[1].weight.value)
    assert.are.equal(order.lines[2].asin, boxes[2].packedItems[1].buyerProductIdentifier)
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("come from the label request, when the confirmation gives none", function()
    support.run(host, TWO .. [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      o:request_label { containers = { box("001", 2, 0), box("002", 0, 1) } }
      o:confirm()
      settle()
    ]], order)
    assert.are.equal("shipped", support.row(host, order).state)
    assert.are.equal(2, #sent()[1].containers)
  end)

  it("are asked for when Amazon made several labels and nobody said which box holds what",
    function()
    support.run(host, SHIP, order)
    local effect = confirmation()
    assert.are.equal("held", effect.state)
    assert.are.equal("Amazon made 2 labels: which box holds what? Give containers", effect.why)
    assert.are.equal(0, #sent())
  end)

  it("are taken from a person's answer to that question", function()
    support.run(host, SHIP, order)
    local function box(id, line, amount)
      return { containerIdentifier = id, packedItems = {
        { itemSequenceNumber = line, packedQuantity = { amount = amount } } } }
    end
    local wrong, why = host:control("answer", confirmation().id, "counted",
      { containers = { box("001", 1, 1), box("002", 2, 1) } })
    assert.is_nil(wrong)
    assert.is_true(says(why, "line 1: 1 packed in all boxes, 2 ordered"), why)
    assert(host:control("answer", confirmation().id, "counted",
      { containers = { box("001", 1, 2), box("002", 2, 1) } }))
    host:advance("1h")
    assert.are.equal("shipped", support.row(host, order).state)
    assert.are.equal(2, #sent()[1].containers)
  end)

  it("are numbered when one line is spread over them", function()
    support.run(host, TWO .. READY
      .. "o:confirm { containers = { box('001', 1, 0), box('002', 1, 1) } } settle()", order)
    local boxes = sent()[1].containers
    assert.are.same({ 1, 2 },
      { boxes[1].containerSequenceNumber, boxes[2].containerSequenceNumber })
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("must add up to the order, neither less nor more", function()
    local short = support.fails(host, TWO .. READY
      .. "o:confirm { containers = { box('001', 1, 0), box('002', 0, 1) } }", order)
    assert.is_true(says(short, "line 1: 1 packed in all boxes, 2 ordered"), short)
    local long = support.fails(host, TWO
      .. "order('$PO'):confirm { containers = { box('001', 2, 1), box('002', 0, 1) } }", order)
    assert.is_true(says(long, "line 2: 2 packed in all boxes, 1 ordered"), long)
    assert.is_nil(confirmation())
  end)

  it("hold lines of this order only", function()
    local message = support.fails(host, TWO .. READY
      .. "o:confirm { containers = { box('001', 2, 1, 5) } }", order)
    assert.is_true(says(message, "itemSequenceNumber: the order has no such line"), message)
  end)

  it("with a number that is none are refused by the name of the field", function()
    local message = support.fails(host, READY .. [[
      o:confirm { containers = { { weight = { unitOfMeasure = "STONE", value = "1" } } } }
    ]], order)
    assert.is_true(says(message, "containers[1].weight.unitOfMeasure"), message)
  end)

  it("need a weight: who has neither told one nor set a default is asked", function()
    local project = require("dray.test").project({ require("dray.test").account(2) })
    begin({ project = (project:gsub(",\n      weight = %b{}", "")) })
    support.run(host, SHIP, order)
    assert.are.equal("held", confirmation().state)
    assert.is_true(says(confirmation().why, "what does the box weigh?"), confirmation().why)
  end)
end)

-- "Vendor own carrier: scacCode in North America, carrier in Europe; and your own tracking number."
describe("a shipment of the vendor's own carrier is confirmed", function()
  before_each(function()
    order = support.order(host, "BER3")
  end)

  it("with the warehouse's carrier and ship method, and the tracking number of the carrier",
    function()
    support.run(host, OWN .. "o:confirm { containers = { { trackingNumber = 'JJD1' } } } settle()",
      order)
    local box = sent()[1].containers[1]
    assert.are.same({ "DHL", "DHL_PAKET", "JJD1" },
      { box.carrier, box.shipMethod, box.trackingNumber })
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("with scacCode in North America", function()
    local test = require("dray.test")
    local account = test.account(1)
    account.warehouses = { { code = "WXYZ", labels = "own", formats = { "ZPL" }, country = "US",
      zone = "America/New_York", standard = "X12" } }
    begin({ accounts = { account }, project = (test.project({ account }):gsub(
      'carrier = "DHL", shipMethod = "DHL_PAKET"',
      'scacCode = "FDEG", shipMethod = "FEDEX_GROUND"'))
    }, "WXYZ")
    support.run(host, OWN .. "o:confirm { containers = { { trackingNumber = '1Z9' } } } settle()",
      order)
    local box = sent()[1].containers[1]
    assert.are.same({ "FDEG", "FEDEX_GROUND" }, { box.scacCode, box.shipMethod })
    assert.is_nil(box.carrier)
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("never without a tracking number, since its scans could not be told apart", function()
    local message = support.fails(host, OWN .. "o:confirm()", order)
    assert.is_true(says(message, "containers[1].trackingNumber: missing"), message)
  end)

  it("never without a carrier", function()
    local project = require("dray.test").project({ require("dray.test").account(2) })
    begin({ project = (project:gsub('carrier = "DHL", ', "")) })
    order = support.order(host, "BER3")
    local message = support.fails(host,
      OWN .. "o:confirm { containers = { { trackingNumber = 'JJD1' } } }", order)
    assert.is_true(says(message, "give the warehouse a carrier (EU) or scacCode (NA)"), message)
  end)
end)
