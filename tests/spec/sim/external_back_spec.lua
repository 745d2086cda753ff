local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "external_support.lua")

describe("a shipment goes back", function()
  local client

  before_each(function()
    client = support.client("easy")
    client:go("confirm", "pack", "options", "invoice")
  end)

  local function change()
    local package = client:packages()[1]
    package.weight.value = "900"
    local status = client:about("PUT", "/packages/1", "", package)
    client:wait(5)
    return status
  end

  it("to its packages when one is changed, and all that came after is void", function()
    local url = client:go("label").packageShipLabelList[1].fileData.url
    local tracking = client.shipment.packages[1].label.tracking
    assert.are.equal(204, change())
    local look = client:look()
    assert.are.same({ "PACKAGE_CREATED", "PENDING" },
      { look.status, look.shipmentRequirements.invoice.status })
    assert.are.equal("900", look.packages[1].weight.value)
    assert.are.equal(404, (client:about("GET", "/invoice")))
    assert.are.equal(422, (client:label()))
    client:go("options", "invoice", "label")
    assert.are_not.equal(tracking, client.shipment.packages[1].label.tracking)
    assert.are.equal(1, client.shipment.packages[1].voided)
    assert.are.equal(200, client:fetch(url).status)
  end)

  it("not when the package has left, is unknown, or would be another", function()
    client:go("label")
    local package = client:packages()[1]
    assert.are.equal(404, (client:about("PUT", "/packages/2", "", package)))
    package.id = "2"
    assert.are.equal(400, (client:about("PUT", "/packages/1", "", package)))
    client:go("ship")
    assert.are.equal(422, change())
  end)

  it("to a new slot when Amazon takes the label back", function()
    for _, sub_status in ipairs({ "LABEL_CANCELED", "PENDING_SCHEDULE" }) do
      client = support.client("easy")
      client:go("confirm", "pack", "options", "invoice", "label")
      local tracking = client.shipment.packages[1].label.tracking
      assert.is_true(client.amazon.outside:take_label_back(client.shipment, sub_status))
      assert.are.same({ "SHIPLABEL_GENERATED", sub_status },
        { client:look().status, client:look().subStatus })
      assert.are.equal(422, (client:label()))
      client:go("options")
      assert.are.equal("PICKUP_SLOT_RETRIEVED", client:look().status)
      client:go("label")
      assert.are.same({ "SHIPLABEL_GENERATED", "PENDING_PICKUP" },
        { client:look().status, client:look().subStatus })
      assert.are_not.equal(tracking, client.shipment.packages[1].label.tracking)
    end
  end)
end)

describe("a shipment that others touch", function()
  it("can be cancelled by the customer between any two steps until it has left", function()
    local all = { "confirm", "pack", "options", "invoice", "label", "ship" }
    for done = 0, #all do
      local client = support.client("easy")
      client:go(table.unpack(all, 1, done))
      assert.are.equal(done < 6, client.amazon.outside:cancel(client.shipment))
      assert.are.equal(done < 6 and "CANCELLED" or "SHIPPED", client:look().status)
      if done < 6 then
        assert.are.equal("MARKETPLACE_CANCELLED",
          client:look().lineItems[1].cancellations[1].cancellationType)
        local status = client[all[done + 1]](client)
        assert.are.equal(422, status)
      end
    end
  end)

  it("stays cancelled when a workflow ends after it", function()
    local client = support.client("easy")
    client:confirm()
    client.amazon.outside:cancel(client.shipment)
    client:wait(5)
    assert.are.equal("CANCELLED", client:look().status)
  end)

  it("is rejected by the seller as a whole", function()
    local client = support.client("easy")
    local status = client:about("POST", "", "operation=REJECT", { referenceId = "R1",
      lineItems = { { lineItem = { id = "0", quantity = 0 }, reason = "OUT_OF_STOCK" } } })
    client:wait(5)
    local cancellation = client:look().lineItems[1].cancellations[1]
    assert.are.same({ 204, "CANCELLED" }, { status, client:look().status })
    assert.are.same({ "SELLER_REJECTED", "OUT_OF_STOCK" },
      { cancellation.cancellationType, cancellation.cancellationReason })
    assert.are.equal(1, client:told("processed").REJECT)
  end)

  it("is moved on by another tool, several steps at once", function()
    for _, where in ipairs({ "easy", "flex", "self" }) do
      local client = support.client(where)
      assert.is_true(client.amazon.outside:move(client.shipment, "SHIPLABEL_GENERATED"))
      assert.are.equal("SHIPLABEL_GENERATED", client:look().status)
      assert.are.equal(409, (client:confirm()))
      assert.are.equal(200, (client:label()))
      assert.is_true(client.amazon.outside:move(client.shipment, "DELIVERED"))
      assert.are.equal("DELIVERED", client:look().status)
    end
  end)

  it("is moved by the paths below /sim/, too", function()
    local client = support.client("easy")
    local cjson = require("cjson")
    local function control(path, body)
      local response = client:raw(body and "POST" or "GET", "/sim/" .. path,
        { body = body and cjson.encode(body) })
      return cjson.decode(response.body), response.status
    end
    local id = client.shipment.id
    assert.are.equal("CONFIRMED", control("move", { shipmentId = id, to = "CONFIRMED" }).status)
    assert.are.equal("PACKAGE_CREATED", control("move", { shipmentId = id }).status)
    control("move", { shipmentId = id, to = "SHIPLABEL_GENERATED" })
    assert.are.equal("PENDING_SCHEDULE",
      control("unlabel", { shipmentId = id, subStatus = "PENDING_SCHEDULE" }).subStatus)
    assert.are.equal("CANCELLED", control("cancel", { shipmentId = id }).status)
    assert.are.same({ 400, 400 }, { select(2, control("cancel", { shipmentId = id })),
      (select(2, control("move", { shipmentId = "other" }))) })
    assert.are.equal(3, #control("shipments", { count = 3 }).shipmentIds)
    assert.are.equal(4, #control("shipments").shipments)
    local floor = control("floor").shipments[id]
    assert.are.equal("pack", floor.decision)
    assert.are.equal("1", floor.packages[1].id)
  end)
end)
