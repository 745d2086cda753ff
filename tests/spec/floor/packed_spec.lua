--- What the floor packed is what is confirmed.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "../vendor/support.lua")

local host, order

local function begin(warehouse)
  if host then
    host:close()
  end
  host = support.host()
  order = support.order(host, warehouse)
  support.lines(order, { 2, 1 })
end

local function packed(fields)
  return host:event("packed", order.purchaseOrderNumber, fields)
end

local function boxes()
  return support.received(host, order, "submitShipmentConfirmations")[1].containers
end

local function confirmation()
  return support.effect(host, order, "confirm")
end

local READY = "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle() "
local KG = { value = "2.25", unitOfMeasure = "KG" }

describe("a packed box", function()
  it("gives the confirmation its weight and what it holds", function()
    begin()
    support.run(host, READY, order)
    assert.equal("taken", packed { weight = KG, packedItems = {
      { line = 1, quantity = 2 }, { product = order.lines[2].sku, quantity = 1 } } })
    support.run(host, "order('$PO'):confirm() settle()", order)
    assert.equal(1, #boxes())
    assert.same(KG, boxes()[1].weight)
    assert.same({ 2, 1 }, { boxes()[1].packedItems[1].packedQuantity.amount,
      boxes()[1].packedItems[2].packedQuantity.amount })
    assert.equal(order.lines[2].sku, boxes()[1].packedItems[2].vendorProductIdentifier)
    assert.equal("shipped", support.row(host, order).state)
  end)

  it("answers which box holds what, and the held confirmation goes on by itself", function()
    begin("DEL4")
    support.labels(host, function(element)
      local one = element.labelData[1]
      one.packageIdentifier = "001"
      element.labelData[2] = { packageIdentifier = "002", trackingNumber = "EXTRA2",
        shipMethod = one.shipMethod, content = one.content }
    end)
    support.run(host, READY .. "o:confirm() settle()", order)
    assert.equal("held", confirmation().state)
    packed { box = "001", packedItems = { { line = 1, quantity = 2 } } }
    host:advance("1m")
    assert.equal("held", confirmation().state)
    packed { box = "002", packedItems = { { line = 2, quantity = 1 } } }
    support.run(host, "settle()", order)
    host:advance("1h")
    assert.equal(2, #boxes())
    assert.equal("EXTRA2", boxes()[2].trackingNumber)
    assert.equal("002", boxes()[2].containerIdentifier)
  end)

  it("that does not hold the whole order holds the confirmation, with the question", function()
    begin()
    support.run(host, READY, order)
    packed { packedItems = { { line = 1, quantity = 2 } } }
    support.run(host, "order('$PO'):confirm() settle()", order)
    assert.equal("held", confirmation().state)
    assert.is_truthy(confirmation().why:find("as packed, containers: line 2: 0 packed", 1, true),
      confirmation().why)
    packed { packedItems = { { line = 1, quantity = 2 }, { line = 2, quantity = 1 } } }
    host:advance("1h")
    assert.equal("succeeded", confirmation().state)
  end)

  it("says the number of the vendor's own carrier", function()
    begin("BER3")
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    packed { trackingNumber = "JJD0001" }
    support.run(host, "order('$PO'):confirm() settle()", order)
    assert.equal("JJD0001", boxes()[1].trackingNumber)
    assert.equal("taken", host:event("carrier.scan", nil,
      { trackingNumber = "JJD0001", meaning = "DELIVERED" }))
  end)

  it("that a script describes itself is as the script says", function()
    begin()
    support.run(host, READY, order)
    packed { weight = KG }
    support.run(host, [[order('$PO'):confirm { containers = { { containerIdentifier = "9",
      weight = { value = "7", unitOfMeasure = "KG" } } } } settle()]], order)
    assert.equal("7", boxes()[1].weight.value)
  end)

  it("that is corrected after the confirmation was sent changes nothing about that", function()
    begin("BER3")
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    packed { trackingNumber = "JJD0001" }
    support.run(host, "order('$PO'):confirm() settle()", order)
    packed { trackingNumber = "JJD0002" }
    support.run(host, [[local e = order('$PO'):scan { trackingNumber = "JJD0001",
      meaning = "DELIVERED", statusDateTime = iso(now()),
      statusLocationAddress = { city = 'Berlin', postalCode = '10115', countryCode = 'DE' } }
      settle() assert(e.state == "succeeded", e.state .. e.why)]], order)
  end)

  it("of a line that the order does not have is refused", function()
    begin()
    support.run(host, "poll 'orders'", order)
    for text, item in pairs {
      ["packedItems[1].line: order %s has no such line"] = { line = 7, quantity = 1 },
      ["packedItems[1].product: order %s has no such line"] = { product = "NONE", quantity = 1 },
      ["packedItems[1].quantity: expected a whole number above zero"] = { line = 1, quantity = 0 },
    } do
      local outcome, message = packed { packedItems = { item } }
      assert.is_nil(outcome)
      assert.equal(text:format(order.purchaseOrderNumber), message)
    end
  end)
end)
