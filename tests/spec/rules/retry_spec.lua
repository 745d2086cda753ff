local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, order

local function begin(rules, options)
  if host then host:close() end
  host = support.host(rules, options)
  order = support.order(host)
end

local function po() return order.purchaseOrderNumber end

local function tries(name)
  local out = {}
  for i, run in ipairs(support.runs(host, name)) do out[i] = run.state end
  return table.concat(out, " ")
end

-- Fails until it was tried often enough; the count is the rule's own data.
local FAILS = [[
rule { name = "stubborn", on = "packed", run = function(e)
  e.order:accept()
  error("the scale is off", 0)
end }]]

-- "What failed is tried again; nothing of it is left half-done, and nothing is forgotten."
describe("a run that fails", function()
  it("leaves nothing behind", function()
    begin(FAILS)
    host:tell("packed", po())
    assert.are.equal("failed", tries("stubborn"))
    assert.are.same({}, host:effects())
    assert.are.equal("new", support.row(host, order).state)
  end)

  it("is tried again from its event after 1, 5, 15 and 60 minutes", function()
    begin(FAILS)
    host:tell("packed", po())
    for i, wait in ipairs { "1m", "5m", "15m", "60m" } do
      assert.are.equal(i, #support.runs(host, "stubborn"))
      host:advance "59s"
      assert.are.equal(i, #support.runs(host, "stubborn"))
      host:advance(wait)
      assert.are.equal(i + 1, #support.runs(host, "stubborn"))
    end
    assert.are.equal(4, support.runs(host, "stubborn")[5].tries)
  end)

  it("pauses its rule after five failures in a row, loudly; events wait until it is resumed",
    function()
      begin(FAILS)
      for _ = 1, 5 do host:tell("packed", po()) end
      host:advance "2h"
      local rule = support.rule(host, "stubborn")
      assert.is_true(rule.paused)
      assert.is_true(says(rule.why, "the scale is off"), rule.why)
      local told = host:log()
      assert.are.equal("rule.paused", told[#told].what)
      host:tell("packed", po())
      host:advance "1d"
      assert.are.equal(5, #support.runs(host, "stubborn"))
      assert.are.equal(6, support.rule(host, "stubborn").jobs)
    end)

  it("is tried again, too, when its rule waits for several events and fires once", function()
    begin [[
rule { name = "both", all = { "packed", "picked_up" }, run = function(e)
  if e.now < instant "2026-11-23T08:01Z" then error("too soon", 0) end
end }]]
    host:tell("packed", po())
    host:event("packed", po(), {})
    host:event("picked_up", po(), {})
    host:advance "2m"
    assert.are.equal("failed done", tries("both"))
    host:event("picked_up", po(), { at = "2026-11-23T08:00:30Z" })
    assert.are.equal("failed done", tries("both"))
  end)

  it("does not keep other rules, nor other orders of the same rule, from going on", function()
    begin [[
rule { name = "one", on = "packed", run = function(e)
  if e.order.warehouse == "DEL4" then error("no") end
end }
rule { name = "two", on = "packed", run = function(e) end }]]
    host:tell("packed", po())
    host:tell("packed", support.order(host, "BER3").purchaseOrderNumber)
    assert.are.equal("failed done", tries("one"))
    assert.are.equal("done done", tries("two"))
    assert.are.equal(0, support.rule(host, "one").failures)
  end)

  it("keeps later events of its rule and order behind it", function()
    begin [[
rule { name = "scan", on = { "packed", "picked_up" }, data = { failed = false },
  run = function(e)
    if e.kind == "packed" and e.now < instant "2026-11-23T08:04Z" then error("not yet", 0) end
    log.info(e.kind)
  end }]]
    host:tell("packed", po())
    host:tell("picked_up", po())
    assert.are.equal("failed", tries("scan"))
    host:advance "1m"
    assert.are.equal("failed failed", tries("scan"))
    host:advance "5m"
    assert.are.equal("failed failed done done", tries("scan"))
  end)

  it("ends when its time is over", function()
    begin [[
rule { name = "sleepy", on = "packed", timeout = "2m", run = function(e) sleep("1h") end }]]
    host:tell("packed", po())
    host:advance "2m"
    assert.are.equal("failed", tries("sleepy"))
    assert.is_true(says(support.runs(host, "sleepy")[1].error, "the time for this run is over"))
  end)

  it("is seen with the line and the way to it, and so is what it did before", function()
    begin {
      ["floor.lua"] = [[
local function deep()
  error("broken")
end
rule { name = "r", on = "packed", run = function(e)
  e.order:accept()
  sleep("3s")
  deep()
end }]],
    }
    host:tell("packed", po())
    host:advance "10s"
    local run = support.runs(host, "r")[1]
    assert.are.equal("rules/floor.lua:2: broken", run.error)
    local trace = require("cjson").decode(run.trace)
    assert.are.equal("accept", trace[1].did)
    assert.are.equal("rules/floor.lua:5", trace[1].line)
    assert.are.same({ waited = "sleep", for_ms = 3000, ms = 0, line = "rules/floor.lua:6" },
      trace[2])
    assert.is_true(says(trace[3].error, "rules/floor.lua:7"), trace[3].error)
  end)
end)

describe("a person", function()
  local RULE = [[rule { name = "r", on = "packed", run = function(e) end }]]

  it("pauses a rule, and lets what waited run when it goes on", function()
    begin(RULE)
    assert(host:pause("r", "new scales"))
    host:tell("packed", po())
    host:tell("packed", po())
    assert.are.equal(2, support.rule(host, "r").jobs)
    assert(host:resume("r", "run"))
    host:work()
    assert.are.equal("done done", tries("r"))
    assert.are.equal(0, support.rule(host, "r").jobs)
  end)

  it("drops what waited, and it is known that it was dropped", function()
    begin(RULE)
    assert(host:pause("r", "new scales"))
    host:tell("packed", po())
    assert(host:resume("r", "drop"))
    host:work()
    assert.are.equal("", tries("r"))
    assert.are.equal("dropped", host:verdicts("packed", po())[1].outcome)
    host:tell("packed", po())
    assert.are.equal("done", tries("r"))
  end)

  it("is told when there is no such rule, or nothing to do", function()
    begin(RULE)
    local ok, message = host:pause("nobody", "why")
    assert.is_false(ok)
    assert.is_true(says(message, "there is no rule \"nobody\""), message)
    ok, message = host:resume("r", "run")
    assert.is_false(ok)
    assert.is_true(says(message, "is not paused"), message)
  end)
end)

describe("a restart", function()
  it("starts what was cut off again from its event, and sends nothing twice", function()
    begin([[
rule { name = "slow", on = "packed", run = function(e)
  e.order:accept()
  sleep("10m")
  e.order:accept()
end }]], { disk = true })
    host:tell("packed", po())
    host:advance "5m"
    assert.are.equal("running", tries("slow"))
    host:restart()
    host:advance "30m"
    assert.are.equal("crashed done", tries("slow"))
    assert.are.equal(1, support.told(host, order, "acknowledgement").told)
    assert.are.equal(0, support.rule(host, "slow").jobs)
  end)

  it("after a stop begins again what had to end, and says that it was stopped", function()
    begin([[
rule { name = "slow", on = "packed", run = function(e)
  sleep("10m")
  e.order:accept()
end }]], { disk = true })
    host:tell("packed", po())
    host:advance "5m"
    host:stop()
    host:restart()
    assert.are.equal("stopped", tries("slow"))
    host:advance "11m"
    assert.are.equal("stopped done", tries("slow"))
    assert.are.equal(0, support.rule(host, "slow").failures)
  end)

  it("keeps failures, back-off and pauses", function()
    begin(FAILS, { disk = true })
    host:tell("packed", po())
    host:restart()
    host:work()
    assert.are.equal("failed", tries("stubborn"))
    assert.are.equal(1, support.rule(host, "stubborn").failures)
    host:advance "1m"
    assert.are.equal("failed failed", tries("stubborn"))
    assert(host:pause("stubborn", "enough"))
    host:work()
    host:restart()
    host:advance "1d"
    assert.are.equal("failed failed", tries("stubborn"))
    assert.are.equal(1, support.rule(host, "stubborn").jobs)
  end)

  it("misses no event that was told while nobody listened, and repeats none", function()
    begin([[rule { name = "r", on = "packed", run = function(e) end }]], { disk = true })
    host:tell("packed", po())
    host:restart()
    host:work()
    assert.are.equal("done", tries("r"))
    host.core:tell("packed", po())
    host.core:tell("picked_up", po())
    support.run(host, "poll 'orders'") -- commits, and no rule looks
    host:restart()
    host:work()
    assert.are.equal("done done", tries("r"))
  end)
end)

describe("e.data", function()
  it("is kept per rule with the end of the run, and not by one that fails", function()
    begin [[
rule { name = "count", on = "packed", data = { seen = 0, names = {} }, run = function(e)
  e.data.seen = e.data.seen + 1
  e.data.names[#e.data.names + 1] = e.order.warehouse
  log.info("seen", { count = e.data.seen })
  if e.data.seen == 2 and e.now < instant "2026-11-23T08:00:30Z" then error("no") end
end }
rule { name = "look", on = "picked_up", run = function(e)
  assert(not pcall(function() return e.data end))
end }]]
    host:tell("packed", po())
    host:tell("packed", po())
    host:tell("picked_up", po())
    assert.are.equal("done failed", tries("count"))
    assert.are.equal("done", tries("look"))
    host:advance "1m"
    assert.are.equal("done failed done", tries("count"))
  end)

  it("is never seen by two runs at a time", function()
    begin [[
rule { name = "count", on = "packed", data = { seen = 0 }, run = function(e)
  local before = e.data.seen
  sleep("1m")
  e.data.seen = before + 1
end }
rule { name = "check", on = "picked_up", run = function(e) end }]]
    host:tell("packed", po())
    host:tell("packed", support.order(host, "BER3").purchaseOrderNumber)
    assert.are.equal("running", tries("count"))
    host:advance "1m"
    assert.are.equal("done running", tries("count"))
    host:advance "1m"
    assert.are.equal("done done", tries("count"))
  end)

  it("holds what JSON can hold", function()
    begin [[
rule { name = "r", on = "packed", data = {}, run = function(e) e.data.f = function() end end }]]
    host:tell("packed", po())
    assert.is_true(says(support.runs(host, "r")[1].error, "e.data"),
      support.runs(host, "r")[1].error)
  end)
end)
