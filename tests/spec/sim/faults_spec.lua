local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local cjson = require("cjson")

local ORDERS = support.ORDERS

describe("a fault", function()
  local client, order

  before_each(function()
    client = support.client()
    order = client:order("AMZL")
  end)

  local function acknowledge(kind)
    local path = ORDERS .. "acknowledgements"
    local body = { orderAcknowledgements = { client:acknowledgement(order) } }
    local reply, response = client:post(path, body, { ["x-sim-fault"] = kind })
    return response, reply, client.amazon:told("acme", order.purchaseOrderNumber, "acknowledgement")
  end

  it("before the request is read leaves nothing behind", function()
    local response, _, told = acknowledge("lost_before")
    assert.are.equal("hang_up_before", response.trouble)
    assert.are.equal(0, told.told)
  end)

  it("after the request was handled loses the answer only", function()
    for _, kind in ipairs({ "lost_after", "cut_short", "late", "garbage" }) do
      client = support.client()
      order = client:order("AMZL")
      local response, reply, told = acknowledge(kind)
      assert.are.equal(1, told.applied)
      if kind == "late" then
        assert.are.equal(120000, response.delay_ms)
      elseif kind == "garbage" then
        assert.are.equal(202, response.status)
        assert.is_nil(reply)
      else
        assert.are.equal(kind == "cut_short" and kind or "hang_up_after", response.trouble)
      end
      client:wait(60)
      assert.are.equal("ACCEPTED", client.amazon:order(order.purchaseOrderNumber).status)
    end
  end)

  it("that duplicates a request is told apart from a client that says things twice", function()
    local _, reply, told = acknowledge("duplicated")
    assert.are.same({ 2, 1, 1 }, { told.told, told.applied, told.duplicated })
    client:wait(60)
    assert.are.equal("Failure", (client:transaction(reply)))
    assert.are.equal("ACCEPTED", client.amazon:order(order.purchaseOrderNumber).status)
    assert.are.equal(0, client.amazon:ledger().totals.acknowledgement.again)
    acknowledge()
    assert.are.equal(1, client.amazon:ledger().totals.acknowledgement.again)
  end)

  it("of the server is answered without handling the request, or with it when the rule says so",
    function()
    for kind, status in pairs({ ["429"] = 429, ["500"] = 500, ["503"] = 503, html = 503 }) do
      local response, _, told = acknowledge(kind)
      assert.are.equal(status, response.status)
      assert.are.equal(0, told.told)
    end
    client:post("/sim/faults",
      { faults = { { operation = "submitAcknowledgement", kind = "500", times = 1,
      applied = true } } })
    local response, _, told = acknowledge()
    assert.are.equal(500, response.status)
    assert.are.equal(1, told.applied)
  end)

  it("that expires the token makes that token expire for good", function()
    local response = acknowledge("expired")
    assert.are.equal(403, response.status)
    assert.is_truthy(response.body:find("has expired", 1, true))
    assert.are.equal(403, (acknowledge()).status)
    client.tokens = {}
    assert.are.equal(202, (acknowledge()).status)
  end)

  it("of the transaction does not stop the order", function()
    local _, reply = acknowledge("stuck")
    client:wait(3000)
    assert.are.equal("Processing", (client:transaction(reply)))
    assert.are.equal("ACCEPTED", client.amazon:order(order.purchaseOrderNumber).status)
    client = support.client()
    order = client:order("AMZL")
    _, reply = acknowledge("false_failure")
    client:wait(60)
    local status, first = client:transaction(reply)
    assert.are.same({ "Failure", "INTERNAL_SERVER_ERROR" }, { status, first.code })
    assert.are.equal("ACCEPTED", client.amazon:order(order.purchaseOrderNumber).status)
  end)

  it("strikes the calls that its rule names", function()
    client:post("/sim/faults",
      { faults = { { operation = "getOrders", kind = "503", nth = { 1, 3 } } } })
    local statuses = {}
    for i = 1, 4 do
      local _, response = client:get(ORDERS .. "purchaseOrders", client:window())
      statuses[i] = response.status
    end
    assert.are.same({ 503, 200, 503, 200 }, statuses)
    assert.are.equal(2, client.amazon:ledger().operations.getOrders.faults)
  end)

  it("strikes about as often as its rate says", function()
    client = support.client({ faults = { { operation = "*", kind = "500", rate = 0.2 } } })
    local struck = 0
    for _ = 1, 500 do
      struck = struck + (client:raw("GET", ORDERS .. "purchaseOrders").status == 500 and 1 or 0)
    end
    assert.is_true(struck > 60 and struck < 140, struck)
  end)

  it("that nobody knows is refused", function()
    local _, response = client:post("/sim/faults", { faults = { { kind = "gremlin", rate = 1 } } })
    assert.are.equal(400, response.status)
    _, response = client:post("/sim/faults", { faults = { { kind = "500" } } })
    assert.are.equal(400, response.status)
  end)
end)

describe("the control paths", function()
  local client

  before_each(function()
    client = support.client()
  end)

  local function control(method, path, body)
    local response = client:raw(method, path, { body = body and cjson.encode(body) })
    return cjson.decode(response.body), response.status
  end

  it("bring new orders in, which a poll then finds", function()
    client:wait(10)
    local made = control("POST", "/sim/orders", { count = 3 })
    assert.are.equal(3, #made.purchaseOrderNumbers)
    local body = client:get(ORDERS .. "purchaseOrders", client:window())
    assert.are.equal(7, #body.orders)
    assert.are.equal(made.purchaseOrderNumbers[3], body.orders[7].purchaseOrderNumber)
    local _, status = control("POST", "/sim/orders", { count = 0 })
    assert.are.equal(400, status)
    _, status = control("POST", "/sim/orders", { count = 1, account = "nobody" })
    assert.are.equal(400, status)
  end)

  it("show the ledger and the orders", function()
    local order = client:labelled(client:order("AMZL"))
    local book = control("GET", "/sim/ledger")
    assert.are.equal(1, book.accounts.acme[order.purchaseOrderNumber].label.told)
    assert.are.equal(1, book.operations.submitShippingLabelRequest.ok)
    local list = control("GET", "/sim/orders")
    assert.are.equal(4, #list.orders)
  end)

  it("cancel no order that has left", function()
    local order = client:shipped(client:order("OWNC"))
    local _, status = control("POST", "/sim/cancel",
      { purchaseOrderNumber = order.purchaseOrderNumber })
    assert.are.equal(400, status)
    _, status = control("POST", "/sim/cancel", { purchaseOrderNumber = order.purchaseOrderNumber,
      account = "nobody" })
    assert.are.equal(400, status)
  end)

  it("say the same about the floor whenever they are asked, and nothing of the future", function()
    local before = control("GET", "/sim/floor")
    client:wait(3600)
    control("POST", "/sim/orders", { count = 1 })
    local after = control("GET", "/sim/floor")
    for number, floor in pairs(before.orders) do
      assert.are.same(floor, after.orders[number])
      assert.is_true((floor.pickedUpAt or "") < "2026-11-23T09:00:00Z")
    end
  end)

  it("say what the floor does, and it adds up to the order", function()
    client = support.client({ accounts = { setmetatable({ orders = 400 },
      { __index = support.account }) } })
    local decided = control("GET", "/sim/floor").orders
    local counts = { pack = 0, reject = 0, deny = 0 }
    for number, floor in pairs(decided) do
      counts[floor.decision] = counts[floor.decision] + 1
      local packed, units = 0, 0
      for _, box in ipairs(floor.boxes or {}) do
        for _, item in ipairs(box.items) do
          packed = packed + item.quantity
        end
      end
      for _, line in ipairs(client.amazon:order(number).lines) do
        units = units + line.quantity
      end
      assert.are.equal(floor.decision == "pack" and units or 0, packed)
    end
    assert.is_true(counts.reject > 2 and counts.reject < 30, counts.reject)
    assert.is_true(counts.deny > 2 and counts.deny < 30, counts.deny)
    assert.are.equal(400, counts.pack + counts.reject + counts.deny)
  end)
end)
