local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local says = support.says

local host, order

local function begin(rules, options)
  if host then host:close() end
  host = support.host(rules, options)
  order = support.order(host)
end

local function po() return order.purchaseOrderNumber end

-- "A decision is a rule: an event, a condition, and what to do then."
describe("a rule", function()
  it("runs for every order that its event tells of, and its effects reach Amazon", function()
    begin [[
rule {
  name = "accept",
  on = "order.new",
  run = function(e) e.order:accept() end,
}]]
    assert.are.equal(2, #support.runs(host, "accept"))
    host:advance "1h"
    assert.are.equal("accepted", support.row(host, order).state)
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
    assert.are.same({ accept = 2 }, test.count(host:effects(), "verb"))
  end)

  it("does nothing where its condition is false, and it is known which line decided", function()
    begin [[
rule {
  name = "accept gifts",
  on = "order.new",
  when = function(e)
    local gift = e.order.gift
    return gift
  end,
  run = function(e) e.order:accept() end,
}]]
    assert.are.same({}, host:effects())
    assert.are.same({}, host:runs())
    local said = host:verdicts("order.new", po())
    assert.are.same({ { rule = "accept gifts", outcome = "no", line = 6, run = 0 } }, said)
  end)

  it("applies only to the orders that `where` names", function()
    begin [[
rule { name = "own", where = { labels = "own" }, on = "order.new",
  run = function(e) e.order:accept() end }
rule { name = "one", where = { warehouse = { "DEL4" }, program = "vendor", account = "acme" },
  on = "order.new", run = function(e) e.order:accept() end }]]
    assert.are.equal(1, #support.runs(host, "own"))
    assert.are.equal(1, #support.runs(host, "one"))
    local warehouses = test.count(host:orders(), "warehouse")
    assert.are.same({ DEL4 = 1, BER3 = 1 }, warehouses)
  end)

  it("sees the event: its name, its order, its payload, the time", function()
    begin [[
rule { name = "look", on = "picked_up", run = function(e)
  assert(e.kind == "picked_up" and e.rule == "look")
  assert(e.order.warehouse == "DEL4" and e.box == "B1" and e.carrier == nil)
  assert(e.now == now() and e.at:match("Z$") and tostring(e) == "event picked_up")
  assert(e.effect == nil and e.document == nil)
  assert(not pcall(function() e.box = "B2" end))
end }]]
    host:event("picked_up", po(), { box = "B1" })
    local run = support.runs(host, "look")[1]
    assert.are.equal("done", run.state, run.error)
  end)

  it("is told the document of a label, and the state that an order had before", function()
    begin [[
rule { name = "label", on = "label.ready", run = function(e)
  assert(e.document.kind == "label" and e.document.order == e.order, e.document.kind)
end }
rule { name = "accepted", on = "order.accepted", where = { labels = "amazon" }, run = function(e)
  assert(e.was == "accepting", e.was)
  e.order:request_label()
end }
rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }]]
    host:advance "6h"
    for _, run in ipairs(host:runs()) do assert.are.equal("done", run.state, run.error) end
    assert.is_true(#support.runs(host, "label") >= 1)
    assert.are.equal(1, #support.runs(host, "accepted"))
  end)

  it("stands still when it says active = false", function()
    begin [[
rule { name = "accept", on = "order.new", active = false,
  run = function(e) e.order:accept() end }]]
    assert.are.same({}, host:runs())
  end)

  it("leaves orders alone that are older than the account's beginning", function()
    local project = test.project({ test.account(2) })
    begin([[rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }]],
      { project = project:gsub("sellingParty", 'since = "2027-01-01T00:00Z", sellingParty', 1) })
    assert.are.same({}, host:runs())
    assert.are.equal(2, #host:orders())
  end)
end)

describe("runs", function()
  it("of one order follow each other and never overlap; other orders go on meanwhile", function()
    begin [[
rule { name = "slow", on = "picked_up", run = function(e) sleep("10m") end }
rule { name = "quick", on = "picked_up", run = function(e) end }]]
    local other = support.order(host, "BER3").purchaseOrderNumber
    host:tell("picked_up", po())
    host:tell("picked_up", po())
    host:tell("picked_up", other)
    assert.are.equal(2, #support.runs(host, "slow"))
    assert.are.equal(0, #support.runs(host, "quick"))
    host:advance "10m"
    assert.are.equal(2, #support.runs(host, "quick"))
    assert.are.equal(3, #support.runs(host, "slow"))
    host:advance "15m"
    assert.are.equal(3, #support.runs(host, "quick"))
    for _, run in ipairs(host:runs()) do assert.are.equal("done", run.state) end
  end)

  it("of one event go in the order in which the rules stand", function()
    begin {
      ["a.lua"] = [[
rule { name = "z", on = "packed", run = function(e) end }
rule { name = "a", on = "packed", run = function(e) end }]],
      ["b.lua"] = [[rule { name = "m", on = { "packed", "order.new" }, run = function(e) end }]],
    }
    host:tell("packed", po())
    local names = {}
    for i, run in ipairs(host:runs()) do names[i] = run.rule end
    assert.are.same({ "m", "a", "z", "m", "m" }, names)
  end)

  it("that ask one order for different things are answered by the journal", function()
    begin [[
rule { name = "yes", on = "order.new", run = function(e) e.order:accept() end }
rule { name = "no", on = "order.new", run = function(e) e.order:reject { code = "03" } end }]]
    local failed = support.runs(host, "no")[1]
    assert.are.equal("failed", failed.state)
    assert.is_true(says(failed.error, "contradicts accept"), failed.error)
    assert.are.same({ accept = 2 }, test.count(host:effects(), "verb"))
  end)

  it("see what the run before them left", function()
    begin [[
rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
rule { name = "look", on = "order.new", run = function(e)
  assert(e.order.state == "accepting", e.order.state)
end }]]
    for _, run in ipairs(support.runs(host, "look")) do
      assert.are.equal("done", run.state, run.error)
    end
  end)
end)

describe("`when`", function()
  local function refused(body)
    begin('rule { name = "r", on = "packed",\n  when = function(e) ' .. body
      .. ' return true end,\n  run = function(e) end }')
    host:tell("packed", po())
    assert.are.same({}, host:runs())
    assert.are.equal("failed", host:verdicts("packed", po())[1].outcome)
    return support.rule(host, "r")
  end

  it("may not act", function()
    assert.are.equal(1, refused("e.order:accept()").failures)
    assert.are.same({}, host:effects())
  end)

  it("may not wait", function()
    assert.are.equal(1, refused("sleep(1)").failures)
    assert.are.equal(1, refused("poll 'orders'").failures)
    assert.are.equal(1, refused("parallel({ 1 }, function() end)").failures)
  end)

  it("that raises is a failure: it is asked again later", function()
    begin [[
rule { name = "r", on = "packed", when = function(e) return e.order.body.nothing.there end,
  run = function(e) end }]]
    host:tell("packed", po())
    assert.are.equal(1, support.rule(host, "r").failures)
    assert.are.equal(1, support.rule(host, "r").jobs)
    host:advance "1m"
    assert.are.equal(2, support.rule(host, "r").failures)
  end)

  it("that never ends is stopped", function()
    begin [[
rule { name = "r", on = "packed", when = function(e) while true do end end,
  run = function(e) end }
rule { name = "other", on = "packed", run = function(e) end }]]
    host:tell("packed", po())
    assert.are.equal(1, support.rule(host, "r").failures)
    assert.are.equal(1, #support.runs(host, "other"))
  end)
end)
