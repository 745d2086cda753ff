local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "external_support.lua")
local instant = require("sim.instant")

describe("a shipment's way through the simulated Amazon", function()
  it("of Easy Ship has six steps, and its status follows each", function()
    local client = support.client("easy")
    assert.are.equal("ACCEPTED", client:look().status)
    client:go("confirm")
    assert.are.equal("CONFIRMED", client:look().status)
    client:go("pack")
    assert.are.equal("PACKAGE_CREATED", client:look().status)
    assert.are.equal("CREATED", client:look().packages[1].status)
    local options = client:go("options")
    assert.are.equal("PICKUP_SLOT_RETRIEVED", client:look().status)
    local invoice = client:go("invoice")
    assert.are.equal("INVOICE_GENERATED", client:look().status)
    assert.are.equal("PDF", invoice.document.format)
    local labels = client:go("label")
    assert.are.equal("SHIPLABEL_GENERATED", client:look().status)
    assert.are.equal("PENDING_PICKUP", client:look().subStatus)
    local label = labels.packageShipLabelList[1]
    assert.are.same({ "1", "SUCCESS" }, { label.packageId, label.status })
    assert.are.equal(options.recommendedShippingOption.shippingOptionId,
      label.shipLabelMetadata.shippingOptionId)
    client:go("ship")
    assert.are.equal("SHIPPED", client:look().status)
    client:wait(24 * 3600)
    assert.are.equal("DELIVERED", client:look().status)
  end)

  it("of Seller Flex has no options to choose from, however Amazon says so", function()
    local said = {}
    for seed = 1, 12 do
      local client = support.client("flex", { seed = seed })
      client:go("confirm", "pack")
      local status, _, response = client:options()
      assert.are.equal(200, status)
      said[response.body] = true
      assert.are.equal("PACKAGE_CREATED", client:look().status)
      client:go("invoice", "label")
      assert.are.equal("SHIPLABEL_GENERATED", client:look().status)
      assert.is_nil(client:look().subStatus)
    end
    assert.is_true(said["{}"] and said['{"shippingOptions":[]}'])
    assert.is_true(said['{"shippingOptions":null,"recommendedShippingOption":null}'])
  end)

  it("of Self Ship needs no invoice of Amazon's, and the seller tells of the delivery", function()
    local client = support.client("self")
    client:go("confirm", "pack")
    assert.are.equal("SELLER", client:options() == 200 and
      select(2, client:options()).shippingOptions[1].shipBy)
    assert.are.equal(422, (client:invoice()))
    client:go("label", "ship")
    client:wait(48 * 3600)
    assert.are.equal("SHIPPED", client:look().status)
    for _, seen in ipairs({ "OUT_FOR_DELIVERY", "NOT_DELIVERED", "DELIVERED" }) do
      assert.are.equal(204, (client:about("PATCH", "/packages/1", "",
        { subStatus = seen, reason = "nobody at home" })))
      client:wait(5)
      assert.are.equal(seen, client:look().subStatus)
    end
    assert.are.equal("DELIVERED", client:look().status)
    assert.are.equal(1, client:told("delivery", "1").NOT_DELIVERED)
  end)

  it("with another's courier has the courier's number on its label", function()
    local client = support.client("courier")
    client:go("confirm", "pack", "options")
    local courier = { carrierName = "EXPRESS", trackingId = "EX1" }
    local status, reply = client:label(nil, { packageIds = { "1" },
      courierSupportedAttributes = courier })
    assert.are.equal(200, status)
    local metadata = reply.packageShipLabelList[1].shipLabelMetadata
    assert.are.same({ "EXPRESS", "EX1" }, { metadata.carrierName, metadata.trackingId })
  end)

  it("begins without stock on the seller's own channel, and is accepted some time", function()
    local client = support.client("easy", { share = { created = 1 } })
    assert.are.equal("CREATED", client:look().status)
    assert.are.equal(422, (client:confirm()))
    client:wait(60)
    assert.are.equal("ACCEPTED", client:look().status)
    assert.are.equal("ACCEPTED", support.client("flex", { share = { created = 1 } }):look().status)
  end)

  it("ends with Amazon's own pick-up, where it sets SHIPPED by itself", function()
    local client = support.client("easy", { share = { picked_up = 1 } })
    client:go("confirm", "pack", "options", "invoice", "label")
    client:wait(3600)
    assert.are.same({ "SHIPPED", "PICKED_UP" }, { client:look().status, client:look().subStatus })
    local status, reply = client:ship()
    assert.are.same({ 409, "DuplicateRequest" }, { status, reply.errors[1].code })
  end)

  it("shows a package only when all of its workflow is over", function()
    local client = support.client("easy")
    client:go("confirm")
    assert.are.equal(204, (client:pack()))
    assert.is_nil(client:look().packages)
    assert.are.equal("CONFIRMED", client:look().status)
    client:wait(5)
    assert.are.equal(1, #client:look().packages)
  end)

  it("follows the package that is behind", function()
    local client = support.client("easy", { seed = 3,
      share = { several_lines = 1, several_boxes = 1 } })
    client:go("confirm", "pack", "options")
    assert.are.equal(2, #client:look().packages)
    assert.are.equal("PACKAGE_CREATED", client:look().status)
    assert.are.equal(200, (client:about("GET", "/shippingOptions", "packageId=2")))
    assert.are.equal("PICKUP_SLOT_RETRIEVED", client:look().status)
    client:go("invoice")
    assert.are.equal(200, (client:label(nil, { packageIds = { "2" } })))
    assert.are.equal("INVOICE_GENERATED", client:look().status)
    assert.are.equal(200, (client:label()))
    client:go("ship")
    assert.are.equal("SHIPLABEL_GENERATED", client:look().status)
  end)
end)

describe("the list of shipments", function()
  local function list(client, query)
    return select(2, client:call("GET", "", query))
  end

  it("holds one status at a time, and only what the other filters let through", function()
    local client = support.client("easy", { shipments = 3 })
    client:go("confirm")
    assert.are.equal(2, #list(client, "status=ACCEPTED").shipments)
    assert.are.equal(1, #list(client, "status=CONFIRMED&locationId=DEFAULT").shipments)
    assert.are.equal(0, #list(client, "status=CONFIRMED&locationId=OTHER").shipments)
    assert.are.equal(0, #list(client, "status=CONFIRMED&channelName=FBA").shipments)
    assert.are.equal(1, #list(client, "status=CONFIRMED&marketplaceId=A21TJRUUN4KGV").shipments)
    local later = instant.text(client.now + 1000)
    assert.are.equal(0, #list(client, "status=CONFIRMED&lastUpdatedAfter=" .. later).shipments)
    assert.are.equal(2, #list(client, "status=ACCEPTED&lastUpdatedBefore=" .. later).shipments)
  end)

  it("goes on with the same other arguments only", function()
    local client = support.client("easy", { shipments = 3, empty_pages = 0 })
    local first = list(client, "status=ACCEPTED&maxResults=2")
    assert.are.equal(2, #first.shipments)
    local token = first.pagination.nextToken:gsub("+", "%%2B"):gsub("=", "%%3D")
    local second = list(client, "status=ACCEPTED&maxResults=2&paginationToken=" .. token)
    assert.are.equal(1, #second.shipments)
    assert.are_not.equal("string", type(second.pagination.nextToken))
    for _, other in ipairs({ "status=CREATED&maxResults=2", "status=ACCEPTED&maxResults=1",
      "status=ACCEPTED&maxResults=2&locationId=DEFAULT" }) do
      assert.are.equal(400, (client:call("GET", "", other .. "&paginationToken=" .. token)))
    end
  end)

  it("has empty pages with more behind them", function()
    local client = support.client("easy", { empty_pages = 1 })
    local page = list(client, "status=ACCEPTED")
    assert.are.same({}, page.shipments)
    assert.are.equal("string", type(page.pagination.nextToken))
  end)

  it("wants a status that there is", function()
    local client = support.client("easy")
    for _, query in ipairs({ "", "status=NEW", "status=ACCEPTED&maxResults=101",
      "status=ACCEPTED&channelName=12345678901", "status=ACCEPTED&nextToken=x",
      "status=ACCEPTED&lastUpdatedAfter=yesterday" }) do
      assert.are.equal(400, (client:call("GET", "", query)), query)
    end
  end)
end)
