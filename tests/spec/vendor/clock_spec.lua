local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, order

local function begin(options)
  if host then
    host:close()
  end
  host = support.host(options)
  order = support.order(host)
end

before_each(function() begin() end)

describe("a clock that is set back by an hour", function()
  local ALL = "poll 'orders' local o = order('$PO') o:accept() o:request_label() o:confirm() "

  for _, pause in ipairs({ "1s", "3m", "12m", "25m" }) do
    it(("in the middle of a day, after %s, delays it and loses nothing"):format(pause),
      function()
      support.run(host, ALL .. ("sleep '%s'"):format(pause), order)
      support.jump(host, "-1h")
      support.run(host, "order('$PO'):confirm() settle()", order, "1d")
      assert.are.equal("shipped", support.row(host, order).state)
      for _, what in ipairs({ "acknowledgement", "label", "confirmation" }) do
        local told = support.told(host, order, what)
        assert.are.same({ 1, 1 }, { told.told, told.applied })
      end
    end)
  end

  it("lets no order slip through the windows of the polls: what comes meanwhile comes late",
    function()
    support.run(host, "poll 'orders'")
    support.jump(host, "-1h")
    local numbers = {}
    for _ = 1, 8 do
      for _, number in ipairs(host:add_orders(1)) do
        numbers[#numbers + 1] = number
      end
      host:advance("10m")
      support.run(host, "poll 'orders'")
    end
    host:advance("1h")
    support.run(host, "poll 'orders'")
    for _, number in ipairs(numbers) do
      local row = support.row(host, { purchaseOrderNumber = number, account = "acme" })
      assert.is_truthy(row, number)
    end
  end)

  it("does not send a confirmation whose date would lie in the future: it waits until that is past",
    function()
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() settle()", order)
    assert(host:control("freeze", "DEL4", "the clock is wrong"))
    support.run(host, "local o = order('$PO') o:request_label() "
      .. "o:confirm { shippedDate = iso(now()) }", order)
    support.jump(host, "-1h")
    assert(host:control("thaw", "DEL4", "it is right now"))
    host:advance("30m")
    local effect = support.effect(host, order, "confirm")
    assert.are.same({ "waiting", "waits for its shippedDate: the clock was set back" },
      { effect.state, effect.why })
    host:advance("2h")
    assert.are.equal("shipped", support.row(host, order).state)
    assert.are.equal(0, support.told(host, order, "confirmation").refused)
  end)

  it("does not hold a confirmation that was ready before: it waits, too", function()
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() settle()", order)
    assert(host:control("freeze", "DEL4", "the clock is wrong"))
    support.run(host, "local o = order('$PO') o:request_label()", order)
    assert(host:control("thaw", "DEL4", "it is right now"))
    host:advance("1h")
    host:faults({ { operation = "submitShipmentConfirmations", kind = "429", rate = 1 } })
    support.run(host, "order('$PO'):confirm { shippedDate = iso(now()) }", order)
    support.jump(host, "-1h")
    host:faults({})
    host:advance("30m")
    assert.are.equal("waiting", support.effect(host, order, "confirm").state)
    host:advance("2h")
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("does not make an unknown effect known too early", function()
    host:faults({ { operation = "submitAcknowledgement", kind = "lost_after", times = 1 } })
    support.run(host, "poll 'orders' order('$PO'):accept() sleep '30s'", order)
    support.jump(host, "-1h")
    host:advance("20m")
    support.run(host, "settle()")
    host:advance("3h")
    assert.are.equal("succeeded", support.effect(host, order, "accept").state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
  end)
end)

describe("a clock that is set on by an hour", function()
  it("does not let a look-up come before Amazon has settled", function()
    host.amazon.world.settings.delays.acknowledgement = { 9 * 60000, 9 * 60000 }
    host:faults({ { operation = "submitAcknowledgement", kind = "lost_after", times = 1 } })
    support.run(host, "poll 'orders' order('$PO'):accept() sleep '30s'", order)
    support.jump(host, "1h")
    support.run(host, "order('$PO'):accept()", support.order(host, "BER3"))
    host:advance("3h")
    assert.are.equal("succeeded", support.effect(host, order, "accept").state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
  end)

  it("is told to people: times jump here", function()
    support.run(host, "poll 'orders'")
    support.jump(host, "1h")
    host:advance("1m")
    support.jump(host, "-1h")
    host:advance("1m")
    host:advance("10h") -- nothing more is told of a clock that nobody sets
    local told = {}
    for _, entry in ipairs(host:log()) do
      if entry.what == "clock.set" then
        told[#told + 1] = entry.detail.by
      end
    end
    assert.are.same({ "1h", "-1h" }, told)
  end)
end)

describe("a list of orders", function()
  -- Another text for an order, from now on.
  local function rewrite(change)
    local text = require("sim.orders").text
    finally(function() require("sim.orders").text = text end)
    require("sim.orders").text = function(known, ...)
      return change(known, text(known, ...))
    end
  end

  it("with one order on two pages has it once", function()
    begin({ orders = 6 })
    support.pages(2, finally)
    local list = host.amazon.world.account_list[1].list
    table.insert(list, 3, list[1])
    support.run(host, "assert(poll 'orders' == 6)")
    assert.are.equal(6, #host:orders())
  end)

  it("whose order changes between two pages keeps what it read last", function()
    begin({ orders = 2 })
    support.pages(1, finally)
    local list = host.amazon.world.account_list[1].list
    table.insert(list, list[1])
    local seen = 0
    rewrite(function(known, text)
      if known ~= list[1] then
        return text
      end
      seen = seen + 1
      return (text:gsub('"isGift":%a+', '"isGift":' .. tostring(seen > 1)))
    end)
    order = list[1]
    support.run(host, "poll 'orders' assert(order('$PO').gift)", order)
    assert.is_true(says(support.story(host, order), "order.changed"))
    assert.are.equal(2, #host:orders())
  end)

  it("with an order number that is a path passes that order over, and takes the others", function()
    begin({ orders = 4 })
    rewrite(function(known, text)
      return known ~= order and text
        or (text:gsub('("purchaseOrderNumber":)"%w+"', '%1"../../etc/passwd"', 1))
    end)
    support.run(host, "poll 'orders' for o in orders {} do o:accept() end settle()")
    assert.are.equal(3, #host:orders())
    assert.are.equal(3, host:ledger().totals.acknowledgement.applied)
    for _, row in ipairs(host:orders()) do
      assert.is_truthy(row.purchaseOrderNumber:find("^%w+$"))
    end
  end)

  it("with an order without details passes it over until they are there", function()
    begin({ orders = 3 })
    local bare = true
    rewrite(function(known, text)
      return bare and known == order
        and ('{"purchaseOrderNumber":"%s"}'):format(known.purchaseOrderNumber) or text
    end)
    support.run(host, "poll 'orders'")
    assert.are.equal(2, #host:orders())
  end)

  it("with a ship date that nobody can read still ships: Amazon decides about the day", function()
    rewrite(function(_, text)
      return (text:gsub('"requiredShipDate":"[^"]*"', '"requiredShipDate":"next tuesday"'))
    end)
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle()",
      order)
    assert.are.equal("succeeded", support.effect(host, order, "request_label").state)
  end)

  it("with dates without a zone means UTC, as Amazon does", function()
    rewrite(function(_, text)
      return (text:gsub('(%d+%-%d+%-%d+T%d+:%d+:%d+)Z', "%1"))
    end)
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle()",
      order)
    assert.are.equal("succeeded", support.effect(host, order, "request_label").state)
    assert.are.equal(0, support.told(host, order, "label").refused)
  end)

  it("with quantities of zero makes the acknowledgement wait for a person", function()
    rewrite(function(_, text)
      return (text:gsub('"amount":%d+', '"amount":0'))
    end)
    local message = support.fails(host, "poll 'orders' order('$PO'):accept()", order)
    assert.is_true(says(message, "a line has no number or no quantity"), message)
    assert.is_true(says(message, order.purchaseOrderNumber), message)
  end)

  it("whose page token Amazon takes no more begins its window again", function()
    begin({ orders = 20 })
    local take = require("sim.page").take
    local refused = 0
    finally(function() require("sim.page").take = take end)
    require("sim.page").take = function(listing)
      listing.limit = 4
      if listing.token and refused < 1 and listing.name == "getOrders" then
        refused = refused + 1
        require("sim.refusal").input("nextToken has expired")
      end
      return take(listing)
    end
    support.run(host, "assert(poll 'orders' == 20)")
    assert.are.equal(1, refused)
  end)

  it("whose warehouse the project does not name is read; its verbs say what to write", function()
    local test = require("dray.test")
    local account = test.account(2)
    local known = test.account(2)
    known.warehouses = { known.warehouses[2] }
    begin({ accounts = { account }, project = test.project({ known }) })
    local message = support.fails(host, "poll 'orders' order('$PO'):accept()", order)
    assert.is_true(says(message, "the project file names no warehouse DEL4"), message)
  end)
end)

describe("an account that the project file names no more", function()
  it("leaves its effects where they are; the others go on", function()
    local test = require("dray.test")
    local first, second = test.account(2), test.account(2)
    second.id, second.refresh_token, second.selling_party = "other", "Atzr|other", "OTHR1"
    begin({ accounts = { first, second }, disk = true })
    local theirs = support.order(host, "DEL4", "other")
    support.run(host, "poll 'orders' for o in orders {} do o:accept() o:confirm { containers = "
      .. "o.own_label and { { trackingNumber = 'JJD' .. o.purchaseOrderNumber } } or nil } end")
    host:write("dray.lua", test.project({ first }))
    host:restart()
    host:advance("2h")
    support.run(host, "poll 'orders' order('$PO'):request_label()", order)
    host:advance("2h")
    assert.are.equal("shipped", support.row(host, order).state)
    assert.is_true(support.effect(host, theirs, "accept").state ~= "failed")
  end)
end)
