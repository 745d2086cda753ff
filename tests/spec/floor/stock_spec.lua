--- Stock that the warehouse reports, and which orders it is enough for.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "../vendor/support.lua")
local test = require("dray.test")

local SKU = require("sim.places").goods[1].sku

-- Orders of DEL4 that all want one piece of the same product, known to dray.
local function shop(count)
  local account = test.account(count)
  account.warehouses = { account.warehouses[1] }
  local host = support.host { accounts = { account }, disk = true }
  for _, order in ipairs(host.amazon.world.account_list[1].list) do
    support.lines(order, { 1 })
  end
  support.run(host, 'poll "orders"')
  return host
end

local function stock(host, quantity)
  return host:event("stock", nil, { warehouse = "DEL4", product = SKU, quantity = quantity })
end

-- Which orders are fillable, in order of their ship-by date: "yes" or "no" for each.
local function assert_fillable(host, expected)
  local result = host:run([[local i = 0
    for o in orders {} do
      i = i + 1
      local is = o:fillable()
      assert(is == (arg[i] == "yes"), ("order %d: %s"):format(i, tostring(is)))
    end
    assert(i == #arg)]], expected)
  assert.is_true(result.ok, result.error)
end

describe("stock", function()
  it("that nobody reported must never reject an order", function()
    local host = shop(1)
    local message = support.fails(host, "for o in orders {} do o:fillable() end")
    local wanted = ('no stock of product "%s" was reported for warehouse DEL4'):format(SKU)
    assert.is_truthy(message:find(wanted, 1, true), message)
    support.run(host, "for o in orders {} do assert(o.items[1].free == nil) end")
  end)

  it("fills a new order when accepted ones leave enough", function()
    local host = shop(3)
    assert.equal("taken", stock(host, 2))
    assert_fillable(host, { "yes", "yes", "yes" })
    support.run(host, "for o in orders {} do o:accept() break end settle()")
    support.run(host, "for o in orders {} do assert(o.items[1].free == 1) end")
    assert_fillable(host, { "yes", "yes", "yes" })
    support.run(host, [[local list = orders { state = "new" } list[1]:accept() settle()]])
    support.run(host, [[for o in orders {} do assert(o.items[1].free == 0) end]])
    support.run(host, [[for o in orders {} do assert(o:fillable() == (o.state == "accepted")) end]])
  end)

  it("that is short goes to the accepted orders that are first, not to none", function()
    local host = shop(3)
    stock(host, 3)
    support.run(host, "for o in orders {} do o:accept() end settle()")
    stock(host, 2)
    assert_fillable(host, { "yes", "yes", "no" })
    stock(host, 0)
    assert_fillable(host, { "no", "no", "no" })
    support.run(host, "for o in orders {} do assert(o.items[1].free == -3) end")
  end)

  it("is free again when an order that held it is gone", function()
    local host = shop(2)
    stock(host, 2)
    support.run(host, "for o in orders {} do o:accept() end settle()")
    support.run(host, [[for o in orders {} do o:floor_deny { why = "broken" } break end settle()]])
    support.run(host,
      [[for o in orders { state = "accepted" } do assert(o.items[1].free == 1) end]])
  end)

  it("is held where Amazon moved the order, and no longer where it came from", function()
    local account = test.account(2)
    local host = support.host { accounts = { account } }
    local moved, stays = support.order(host, "DEL4"), support.order(host, "BER3")
    support.lines(moved, { 2 })
    support.lines(stays, { 1 })
    moved.created_ms, stays.created_ms = host:now(), host:now()
    support.run(host, 'poll "orders"')
    for _, house in ipairs { "DEL4", "BER3" } do
      host:event("stock", nil, { warehouse = house, product = SKU, quantity = 10 })
    end
    support.run(host, "for o in orders {} do o:accept() end settle()")
    support.run(host, 'assert(order("$PO").items[1].free == 8)', moved)
    moved.warehouse, moved.text = stays.warehouse, nil
    support.run(host, 'poll "orders" assert(order("$PO").warehouse == "BER3")', moved)
    support.run(host, 'assert(order("$PO").items[1].free == 7)', stays)
    moved.warehouse, moved.text = account.warehouses[1], nil
    support.run(host, 'poll "orders" assert(order("$PO").items[1].free == 8)', moved)
    support.run(host, 'assert(order("$PO").items[1].free == 9)', stays)
    host:close()
  end)

  it("is added up for orders that were accepted before the first report", function()
    local host = shop(3)
    support.run(host, "for o in orders {} do o:accept() end settle()")
    stock(host, 5)
    support.run(host, "for o in orders {} do assert(o.items[1].free == 2) end")
  end)

  it("that changes is told to every open order with that product, once", function()
    local host = shop(3)
    stock(host, 3)
    host:advance("1m")
    assert.equal("same", stock(host, 3))
    host:advance("1m")
    for _, o in ipairs(host:orders()) do
      assert.equal(1, test.count(host:log(o.purchaseOrderNumber), "what")["stock.changed"])
    end
    stock(host, 1)
    host:restart()
    host:advance("1m")
    for _, o in ipairs(host:orders()) do
      local told = host:log(o.purchaseOrderNumber)
      assert.equal(2, test.count(told, "what")["stock.changed"])
      assert.equal(1, told[#told].detail.quantity)
      assert.equal(SKU, told[#told].detail.product)
    end
  end)

  it("of a product that no order wants is told to nobody", function()
    local host = shop(1)
    host:event("stock", nil, { warehouse = "DEL4", product = "OTHER", quantity = 3 })
    host:advance("1m")
    local told = host:log(host:orders()[1].purchaseOrderNumber)
    assert.is_nil(test.count(told, "what")["stock.changed"])
  end)

  for text, fields in pairs {
    ['warehouse: dray.lua names no warehouse "DEL5" (did you mean "DEL4"?)'] =
      { warehouse = "DEL5", product = SKU, quantity = 1 },
    ["quantity: expected a whole number"] =
      { warehouse = "DEL4", product = SKU, quantity = "many" },
    ["product: missing"] = { warehouse = "DEL4", quantity = 1 },
    ['quantiy: stock has no such field (did you mean "quantity"?)'] =
      { warehouse = "DEL4", product = SKU, quantiy = 1 },
  } do
    it("is refused: " .. text, function()
      local outcome, message = shop(1):event("stock", nil, fields)
      assert.is_nil(outcome)
      assert.is_truthy(message:find(text, 1, true), message)
    end)
  end
end)
