--- A backtest plays what was recorded through other rules, in the world as it stood.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local host

after_each(function() host:close() end)

-- What differs, a line each.
local function lines(found)
  local out = {}
  for i, d in ipairs(found) do
    out[i] = ("%s %s %s \"%s\": %s -> %s"):format(d.kind, d.what, d.order, d.rule, d.before, d.now)
  end
  return table.concat(out, "\n")
end

local function assert_same(found, least)
  assert.are.equal("", lines(found))
  assert.is_true(found.compared >= least, found.compared .. " decisions were compared")
  assert.are.equal(found.compared, found.same)
end

local DAY = [[
rule { name = "accept", on = "order.new", where = { warehouse = "BER3" },
  run = function(e) e.order:accept() end }
rule { name = "fill", on = "order.new", where = { warehouse = "DEL4" },
  run = function(e)
    if e.order:fillable() then e.order:accept() else e.order:reject { code = "03" } end
  end }
rule { name = "label", on = "order.accepted", where = { labels = "amazon" },
  run = function(e) e.order:request_label() end }
rule { name = "few lines", on = "order.accepted", when = function(e) return #e.order.items < 3 end,
  run = function() end }
rule { name = "confirm", all = { "order.accepted", "picked_up" },
  run = function(e)
    e.order:confirm { shippedDate = e.order.facts.picked_up.at, containers = { {
      containerIdentifier = "A", trackingNumber = "JJD" .. e.order.purchaseOrderNumber,
      weight = { value = "1", unitOfMeasure = "KG" } } } }
  end }
rule { name = "late", on = "order.accepted", hold = "4h",
  when = function(e) return e.order.state == "accepted" and not e.order.facts.picked_up end,
  run = function(e) e.order:floor_deny { why = "nobody came" } end }
]]

local function report_stock(quantity)
  for _, good in ipairs(require("sim.places").goods) do
    host:event("stock", nil, { warehouse = "DEL4", product = good.sku, quantity = quantity })
  end
end

-- Some are picked up, the others are not.
local function pick_up(every)
  for i, row in ipairs(host:orders()) do
    if i % every == 0 and row.state == "accepted" then
      host:event("picked_up", row.purchaseOrderNumber, {})
    end
  end
end

describe("the rules that decided", function()
  it("decide the same when a whole day is played again", function()
    host = support.host(DAY, { orders = 20 })
    report_stock(3)
    host:advance "1h"
    pick_up(2)
    host:advance "6h"
    assert_same(host:backtest(), 60)
  end)

  it("decide the same where nobody listened to what came first, and nothing is old enough to go",
    function()
      host = support.host([[
rule { name = "label", on = "order.accepted", where = { labels = "amazon" },
  run = function(e) e.order:request_label() end }]], { orders = 20 })
      host:forget()
      support.run(host, "for order in orders { state = 'new' } do order:accept() end")
      host:advance "25h"
      assert_same(host:backtest(), 5)
    end)

  it("decide the same about stock that other orders of the same moment took", function()
    host = support.host([[
rule { name = "fill", on = "stock.changed", run = function(e)
  if e.order.state == "new" and e.order:fillable() then e.order:accept() end
end }]], { orders = 40 })
    report_stock(4)
    host:advance "1h"
    assert.is_true(test.count(host:orders(), "state").accepted > 5)
    assert.is_true(test.count(host:orders(), "state").new > 5)
    assert_same(host:backtest(), 15)
  end)

  it("decide the same about an order as it stood before Amazon changed it", function()
    local account = test.account(0)
    account.warehouses = { account.warehouses[1] }
    host = support.host([[
rule { name = "few", on = { "order.new", "order.changed" },
  when = function(e) return tonumber(e.order.items[1].orderedQuantity.amount) < 5 end,
  run = function(e) e.order:accept() end }
rule { name = "fits", on = { "order.new", "order.changed" },
  run = function(e) if e.order:fillable() then e.order:request_label() end end }
]], { accounts = { account } })
    report_stock(3)
    host:add_orders(6)
    for i, order in ipairs(host.amazon.world.account_list[1].list) do
      support.lines(order, { i % 2 == 0 and 2 or 9 })
    end
    support.run(host, "poll 'orders'")
    host:work()
    for i, order in ipairs(host.amazon.world.account_list[1].list) do
      support.lines(order, { i % 2 == 0 and 9 or 2 })
    end
    support.run(host, "poll 'orders'")
    host:work()
    assert.are.equal(6, #support.runs(host, "few"))
    assert_same(host:backtest(), 18)
  end)

  it("decide the same over stops, pauses, failures and what a person decides", function()
    host = support.host(DAY .. [[
rule { name = "count", on = "picked_up", data = { n = 0 }, run = function(e)
  e.data.n = e.data.n + 1
  if e.data.n == 3 then e.data.n = 10 error("three") end
end }
rule { name = "deny", on = "damaged", approve = true,
  when = function(e) return e.order.state == "accepted" end,
  run = function(e) e.order:floor_deny { why = e.why } end }
rule { name = "hourly", every = { "1h" }, run = function(e) notify("desk", e.at) end }
]], { orders = 20, disk = true, project = test.project({ test.account(20) }) .. [[
event "damaged" { per = "order", fields = { why = "text" } }
notify "desk" { command = { "true" } }
rules "rules/*.lua"]] })
    report_stock(5)
    host:advance "30m"
    host:pause("late", "a break")
    host:work()
    pick_up(3)
    host:stop()
    host:restart()
    host:advance "30m"
    for i, row in ipairs(host:orders()) do
      if i % 4 == 0 then host:event("damaged", row.purchaseOrderNumber, { why = "wet" }) end
    end
    for _, effect in ipairs(host:effects()) do
      if effect.state == "held" and effect.id % 2 == 0 then
        assert(host:control("release", effect.id, "so it is"))
      end
    end
    host:resume("late", "run")
    host:advance "8h"
    assert_same(host:backtest(), 70)
  end)
end)

-- Orders that the floor reports as weighing so much, each with its own kilograms.
local SCALE = [[
rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
rule { name = "too heavy", on = "weighed",
  when = function(e) return e.kilograms > 30 end,
  run = function(e) e.order:floor_deny { why = "too heavy" } end }
]]

local function weigh(options)
  local all = { orders = 6, project = test.project({ test.account(6) }) .. [[
event "weighed" { per = "order", fields = { kilograms = "integer" } }
rules "rules/*.lua"]] }
  for key, value in pairs(options or {}) do all[key] = value end
  host = support.host(SCALE, all)
  host:advance "1h"
  for i, row in ipairs(host:orders()) do
    host:event("weighed", row.purchaseOrderNumber, { kilograms = 10 * i })
  end
  host:advance "1h"
end

local function changed(pattern, text)
  local rules, count = SCALE:gsub(pattern, text)
  assert.are.equal(1, count)
  return { rules = rules }
end

describe("changed rules", function()
  it("differ in exactly the orders between the old limit and the new one", function()
    weigh()
    local numbers = {}
    for i, row in ipairs(host:orders()) do numbers[i] = row.purchaseOrderNumber end
    local found = host:backtest(changed("> 30", "> 50"))
    assert.are.equal(([[different weighed %s "too heavy": ran: floor_deny -> no
different weighed %s "too heavy": ran: floor_deny -> no]]):format(numbers[4], numbers[5]),
      lines(found))
    assert.are.same({ 12, 10, 2, 0 },
      { found.compared, found.same, found.orders, found.passed })
  end)

  it("differ where a run asks for something else", function()
    weigh()
    local found = host:backtest(changed("e%.order:accept%(%)", 'e.order:reject { code = "03" }'))
    assert.are.equal(6, #found)
    assert.are.same({ "ran: accept", "ran: reject" }, { found[1].before, found[1].now })
  end)

  it("differ by the content of what they ask for, too", function()
    host = support.host(DAY, { orders = 10 })
    host:advance "1h"
    pick_up(2)
    host:advance "1h"
    local rules = DAY:gsub('value = "1"', 'value = "2"')
    local found = host:backtest { rules = rules }
    assert.is_true(#found > 0)
    for _, d in ipairs(found) do
      assert.are.same({ "confirm", "ran: confirm", "ran: confirm" }, { d.rule, d.before, d.now })
    end
  end)

  it("do not let one difference become many: later events see what was done", function()
    weigh()
    local found = host:backtest(changed('"accept"', '"accept", when = function() return false end'))
    assert.are.equal(6, #found)
    for _, d in ipairs(found) do
      assert.are.same({ "accept", "ran: accept", "no" }, { d.rule, d.before, d.now })
    end
    assert.are.same({ 12, 6 }, { found.compared, found.same })
  end)

  it("that are new or gone are told apart", function()
    weigh()
    local found = host:backtest { rules = SCALE:gsub("too heavy\", on", 'heavy", on') }
    assert.are.same({ before = 3, now = 3 }, test.count(found, "kind"))
  end)

  it("are only compared from the time that is asked for", function()
    weigh()
    host:advance "1d"
    assert.are.equal(0, host:backtest { since = "2026-11-24T08:00Z" }.compared)
  end)
end)

describe("Amazon's record of the past", function()
  local IMPORTED = [[
rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
rule { name = "open too long", on = "order.accepted", hold = "2h",
  when = function(e) return e.order.state == "accepted" end,
  run = function(e) e.order:floor_deny { why = "too late" } end }]]

  -- Ten orders of the last ten days, shipped by other people.
  local function past()
    local day = 24 * 3600 * 1000
    host = test.host { rules = IMPORTED, orders = 10,
      sim = { age_ms = { day // 2, 10 * day } } }
    for _, order in ipairs(host.amazon.world.account_list[1].list) do
      order.required_ship_ms = order.created_ms + day
      host.amazon.world:set_status(order, "SHIPPED")
    end
    assert.are.equal(10, host:import("30d").imported)
  end

  it("is played as what the rules would have done, each at its own time", function()
    past()
    assert.are.equal(0, #host:runs())
    local found = host:backtest()
    assert.are.same({ now = 20 }, test.count(found, "kind"))
    assert.are.same({ accept = 10, ["open too long"] = 10 }, test.count(found, "rule"))
    for _, d in ipairs(found) do
      local accept = d.rule == "accept"
      assert.are.equal(accept and "order.new" or "order.accepted", d.what)
      assert.are.equal(accept and "ran: accept" or "ran: floor_deny", d.now)
      assert.is_true(d.at_ms < host:now() - 10 * 3600 * 1000)
    end
    assert.are.equal(0, #host:backtest { since = "2026-11-23T07:00Z" })
  end)
end)

describe("what cannot be played", function()
  it("is counted and named: runs that wait, and questions beyond the event", function()
    host = support.host([[
rule { name = "waits", on = "order.new", run = function(e) e.order:accept():wait() end }
rule { name = "looks", on = "order.accepted", when = function(e) return orders {}:count() > 3 end,
  run = function() end }
rule { name = "asks", on = "order.accepted", run = function(e)
  call("getOrder", { purchaseOrderNumber = e.order.purchaseOrderNumber })
end }]], { orders = 3 })
    host:advance "1h"
    local found = host:backtest()
    assert.are.equal("", lines(found))
    assert.are.same({ 0, 9 }, { found.compared, found.passed })
    assert.are.same({ ["its run waits (wait)"] = 3, ["it asks beyond its event (orders)"] = 3,
      ["it asks beyond its event (call)"] = 3 }, found.reasons)
  end)

  it("are the fires of a schedule that is another one now", function()
    local hourly = 'rule { name = "hourly", every = { "%s" }, run = function() end }'
    host = support.host(hourly:format("1h"))
    host:advance "3h"
    assert_same(host:backtest(), 3)
    assert.are.same({ ["the schedule of its rule is another one now"] = 3,
      ["a schedule that is new or another is not fired again"] = 1 },
      host:backtest({ rules = hourly:format("15m") }).reasons)
  end)

  it("are events that a person dropped, or that wait for a paused rule", function()
    weigh()
    host:pause("too heavy", "the scale is broken")
    host:work()
    for _, row in ipairs(host:orders()) do
      host:event("weighed", row.purchaseOrderNumber, { kilograms = 1 })
    end
    assert.are.same({ ["it is still to be decided"] = 6 }, host:backtest().reasons)
    host:resume("too heavy", "drop")
    assert.are.same({ ["a person dropped it"] = 6 }, host:backtest().reasons)
  end)
end)

describe("what is no longer kept", function()
  -- Two orders a week, for so many weeks.
  local function weeks(count)
    for _ = 1, count do
      host:add_orders(2)
      support.run(host, "poll 'orders'")
      host:advance "7d"
    end
  end

  it("is not guessed: what is there is decided the same, the rest is counted", function()
    host = support.host([[
rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
rule { name = "count", on = "order.accepted", data = { n = 0 },
  run = function(e) e.data.n = e.data.n + 1 end }
]], { orders = 0, project = test.project({ test.account(0) }) .. [[
keep { runs = "20d", reports = "20d", orders = "190d" }
rules "rules/*.lua"]] })
    host:forget()
    weeks(10)
    assert_same(host:backtest(), 4)
    assert.is_true(host:backtest().compared < 8)
    weeks(30)
    local found = host:backtest()
    assert_same(found, 4)
    assert.is_true(found.reasons["what e.data was is not known any more"] > 0)
  end)
end)

describe("a backtest", function()
  it("changes nothing of what is there", function()
    weigh { disk = true }
    host:stop()
    local before = host:read("state/dray.db") .. host:read("state/dray.db-wal")
    assert.is_true(#before > 1000)
    assert.are.equal(2, #host:backtest(changed("> 30", "> 50")))
    assert.is_true(before == host:read("state/dray.db") .. host:read("state/dray.db-wal"))
  end)

  it("says what is wrong with the rules, and plays nothing", function()
    weigh()
    local ok, message = pcall(host.backtest, host, { rules = 'rule { name = "x", onn = 1 }' })
    assert.is_false(ok)
    assert.is_truthy(message:find('candidate/rules.lua:1: rule "x": unknown key "onn"', 1, true),
      message)
  end)
end)
