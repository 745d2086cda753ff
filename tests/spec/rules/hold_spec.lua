local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local host, order

local function begin(rules, options)
  if host then host:close() end
  host = support.host(rules, options)
  order = support.order(host)
end

local function po() return order.purchaseOrderNumber end

local function outcome(what) return host:verdicts(what, po())[1].outcome end

local HOLD = [[
rule { name = "patient", on = "packed",
  when = function(e) return e.order.state == "new" end,
  hold = "30m",
  run = function(e) e.order:reject { code = "03" } end }]]

-- "A condition that must stay true for a while is a row, so that it survives a restart."
describe("a hold", function()
  it("runs only when its condition stayed true until its end", function()
    begin(HOLD)
    host:tell("packed", po())
    assert.are.equal("holds", outcome("packed"))
    assert.are.equal(1, support.rule(host, "patient").holds)
    host:advance "29m"
    assert.are.same({}, host:runs())
    host:advance "1m"
    assert.are.equal(1, #support.runs(host, "patient"))
    assert.are.equal("ran", outcome("packed"))
    assert.are.equal(0, support.rule(host, "patient").holds)
  end)

  it("is forgotten when a later event of the order finds the condition false", function()
    begin(HOLD)
    host:tell("packed", po())
    host:advance "10m"
    support.run(host, "order('$PO'):accept()", order)
    host:tell("order.changed", po())
    assert.are.equal(0, support.rule(host, "patient").holds)
    assert.are.equal("forgot", outcome("order.changed"))
    host:advance "1h"
    assert.are.same({}, host:runs())
  end)

  it("asks again at its end, also when nothing happened in between", function()
    begin [[
rule { name = "r", on = "packed", hold = "30m",
  when = function(e) return e.now < instant "2026-11-23T08:20Z" end,
  run = function(e) end }]]
    host:tell("packed", po())
    host:advance "31m"
    assert.are.same({}, host:runs())
    assert.are.equal("forgot", outcome("packed"))
  end)

  it("begins once, however often its event comes", function()
    begin(HOLD)
    host:tell("packed", po())
    host:advance "20m"
    host:tell("packed", po())
    host:advance "10m"
    assert.are.equal(1, #support.runs(host, "patient"))
    host:advance "1h"
    assert.are.equal(1, #support.runs(host, "patient"))
  end)

  it("goes on over a restart, also one that comes after its end", function()
    begin(HOLD, { disk = true })
    host:tell("packed", po())
    host:advance "10m"
    host:restart()
    host:advance "19m"
    assert.are.same({}, host:runs())
    host:restart()
    host:advance "2m"
    assert.are.equal(1, #support.runs(host, "patient"))
  end)

  it("stands for each order by itself", function()
    begin(HOLD)
    host:tell("packed", po())
    host:advance "15m"
    host:tell("packed", support.order(host, "BER3").purchaseOrderNumber)
    host:advance "16m"
    assert.are.equal(1, #support.runs(host, "patient"))
    host:advance "15m"
    assert.are.equal(2, #support.runs(host, "patient"))
  end)

  it("of a rule that is gone waits for it, and is taken up when it is back", function()
    begin(HOLD, { disk = true })
    host:tell("packed", po())
    host:write("rules/rules.lua", "")
    host:restart()
    host:advance "1h"
    assert.are.same({}, host:runs())
    assert.are.equal(1, support.rule(host, "patient").jobs)
    host:write("rules/rules.lua", HOLD)
    assert(host:reload())
    host:work()
    assert.are.equal(1, #support.runs(host, "patient"))
  end)
end)

describe("`all`", function()
  local ALL = [[
rule { name = "both", all = { "packed", "picked_up" },
  when = function(e) return e.order.state == "new" end,
  run = function(e) e.order:accept() end }]]

  it("waits for all of its events, in any order, and fires once", function()
    begin(ALL)
    host:event("picked_up", po(), { box = "1" })
    assert.are.equal("incomplete", outcome("picked_up"))
    host:event("packed", po(), { box = "1" })
    assert.are.equal("ran", outcome("packed"))
    host:event("packed", po(), { box = "1", containerType = "Carton" })
    assert.are.equal("once", outcome("packed"))
    assert.are.equal(1, #support.runs(host, "both"))
  end)

  it("waits for every box", function()
    begin([[
rule { name = "accept", on = "order.new", where = { labels = "amazon" },
  run = function(e) e.order:accept() end }
rule { name = "label", on = "order.accepted", where = { labels = "amazon" },
  run = function(e) e.order:request_label() end }
rule { name = "gone", all = { "picked_up" }, run = function(e) end }]],
      { share = { several_boxes = 1, several_lines = 1 }, seed = 4 })
    host:advance "6h"
    local labels = support.latest(host, order)
    assert.is_true(#labels > 1, "the order has one box only")
    for i, label in ipairs(labels) do
      assert.are.equal(0, #support.runs(host, "gone"))
      host:event("picked_up", po(), { box = label.package, trackingNumber = label.trackingNumber })
      assert.are.equal(i == #labels and 1 or 0, #support.runs(host, "gone"))
    end
  end)

  it("is not fired by what happened before its condition was true, until it is", function()
    begin [[
rule { name = "r", all = { "packed" },
  when = function(e) return e.order.state ~= "new" end, run = function(e) end }]]
    host:event("packed", po(), { box = "1" })
    assert.are.equal("no", outcome("packed"))
    support.run(host, "order('$PO'):accept()", order)
    host:event("packed", po(), { box = "1", containerType = "Carton" })
    assert.are.equal(1, #support.runs(host, "r"))
  end)

  it("survives a restart between its events", function()
    begin(ALL, { disk = true })
    host:event("picked_up", po(), { box = "1" })
    host:restart()
    host:event("packed", po(), { box = "1" })
    assert.are.equal(1, #support.runs(host, "both"))
  end)
end)
