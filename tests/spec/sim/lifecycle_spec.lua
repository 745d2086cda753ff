local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local ORDERS, SHIPPING = support.ORDERS, support.SHIPPING

describe("an order's way through the simulated Amazon", function()
  local client

  before_each(function()
    client = support.client()
  end)

  local function state(order)
    local body = client:get(ORDERS .. "purchaseOrders/" .. order.purchaseOrderNumber)
    return body.orderDetails.orderStatus
  end

  it("begins as NEW and becomes ACCEPTED only when the acknowledgement has settled", function()
    local order = client:order("AMZL")
    assert.are.equal("NEW", state(order))
    local reply, response = client:acknowledge(client:acknowledgement(order))
    assert.are.equal(202, response.status)
    assert.are.equal("NEW", state(order))
    assert.are.equal("Processing", (client:transaction(reply)))
    client:wait(30)
    assert.are.equal("Success", (client:transaction(reply)))
    assert.are.equal("NEW", state(order))
    client:wait(30)
    assert.are.equal("ACCEPTED", state(order))
  end)

  it("ends as CANCELLED when the vendor rejects the order", function()
    local order = client:order("AMZL")
    client:acknowledge(client:acknowledgement(order, "03"))
    client:wait(60)
    assert.are.equal("CANCELLED", state(order))
    assert.are.equal(1, client.amazon:told("acme", order.purchaseOrderNumber,
      "acknowledgement").rejected)
  end)

  it("has labels only after a while, and each box of the order has its own", function()
    local order = client:accepted(client:order("AMZL"))
    local path = SHIPPING .. "shippingLabels/" .. order.purchaseOrderNumber
    client:request_labels(client:label_request(order))
    local _, early = client:get(path)
    assert.are.equal(404, early.status)
    client:wait(120)
    local label = client:get(path)
    assert.are.equal("ZPL", label.labelFormat)
    assert.are.equal(order.packages, #label.labelData)
    assert.are.equal("001", label.labelData[1].packageIdentifier)
    assert.is_truthy(label.labelData[1].content:find(order.purchaseOrderNumber, 1, true))
  end)

  it("becomes SHIPPED after a confirmation that echoes the label", function()
    local order = client:labelled(client:order("AMZL"))
    local reply = client:confirm(client:confirmation(order))
    client:wait(60)
    assert.are.equal("Success", (client:transaction(reply)))
    assert.are.equal("SHIPPED", state(order))
    assert.are.equal(1, client.amazon:told("acme", order.purchaseOrderNumber,
      "confirmation").SHIPPED)
  end)

  it("becomes CANCELLED after the floor has denied it", function()
    local order = client:labelled(client:order("AMZL"))
    local denial = client:confirmation(order, "FLOOR_DENIAL")
    denial.containers = nil
    local reply = client:confirm(denial)
    client:wait(60)
    assert.are.equal("Success", (client:transaction(reply)))
    assert.are.equal("CANCELLED", state(order))
    assert.are.equal(1, client.amazon:told("acme", order.purchaseOrderNumber,
      "confirmation").FLOOR_DENIAL)
  end)

  it("takes the own carrier's scans, package by package, once it is SHIPPED", function()
    local order = client:shipped(client:order("OWNC"))
    local reply = client:report(client:scan(order, "JJD1", "101", "000"),
      client:scan(order, "JJD1", "301", "000"))
    client:wait(30)
    assert.are.equal("Success", (client:transaction(reply)))
    local told = client.amazon:told("acme", order.purchaseOrderNumber, "scans", "JJD1")
    assert.are.equal(2, told.applied)
    assert.are.equal(1, told["301/000"])
  end)

  it("has a packing slip where the order asks for one, and an invoice in India", function()
    local _, slip, invoice
    for i = 1, 2 do
      local order = client:accepted(client:order("AMZL", i))
      client:wait(90)
      _, slip = client:get(SHIPPING .. "packingSlips/" .. order.purchaseOrderNumber)
      _, invoice = client:get(SHIPPING .. "customerInvoices/" .. order.purchaseOrderNumber)
      assert.are.equal(order.slip and 200 or 404, slip.status)
      assert.are.equal(200, invoice.status)
    end
    local german = client:accepted(client:order("OWNC"))
    client:wait(90)
    _, invoice = client:get(SHIPPING .. "customerInvoices/" .. german.purchaseOrderNumber)
    assert.are.equal(404, invoice.status)
  end)

  it("is not accepted any more when the customer cancels before the acknowledgement settles",
    function()
    local order = client:order("AMZL")
    client:acknowledge(client:acknowledgement(order))
    local _, response = client:post("/sim/cancel",
      { purchaseOrderNumber = order.purchaseOrderNumber })
    assert.are.equal(200, response.status)
    client:wait(60)
    assert.are.equal("CANCELLED", state(order))
  end)

  it("gives a label that is asked for again another number, perhaps another ship method", function()
    local order = client:labelled(client:order("AMZL"))
    local first = order.label
    client:request_labels(client:label_request(order))
    client:wait(120)
    local list = client:get(SHIPPING .. "shippingLabels", client:window())
    assert.are.equal(1, #list.shippingLabels)
    local data = list.shippingLabels[1].labelData[1]
    assert.are_not.equal(first.packages[1].tracking, data.trackingNumber)
    assert.are_not.equal(first.ship_method, data.shipMethod)
  end)

  it("masks the customer for who uses Amazon's labels, and shows him to who ships himself",
    function()
    local masked = client:get(ORDERS .. "purchaseOrders/"
      .. client:order("AMZL").purchaseOrderNumber)
    local shown = client:get(ORDERS .. "purchaseOrders/"
      .. client:order("OWNC").purchaseOrderNumber)
    assert.are.equal("xxxxx", masked.orderDetails.shipToParty.name)
    assert.are.equal("xxxxx", masked.orderDetails.shipToParty.addressLine1)
    assert.are.equal("IN", masked.orderDetails.shipToParty.countryCode)
    assert.are_not.equal("xxxxx", shown.orderDetails.shipToParty.name)
  end)

  it("is the same order for the same seed", function()
    local again = support.client()
    local other = support.client({ seed = 2 })
    local path = ORDERS .. "purchaseOrders"
    local _, one = client:get(path, client:window())
    local two = again:get(path, again:window())
    local three = other:get(path, other:window())
    local first = require("cjson").decode(one.body).payload
    assert.are.same(first, two)
    assert.are_not.equal(first.orders[1].purchaseOrderNumber, three.orders[1].purchaseOrderNumber)
  end)
end)
