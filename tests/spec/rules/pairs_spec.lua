--- What a rule finds when it goes through what it was handed, and what its `when` may not change.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local host, order

local function begin(run, head)
  if host then host:close() end
  host = support.host(('rule { name = "r", on = "packed", %s\n  run = function(e) %s end }'):format(
    head or "", run))
  order = support.order(host)
  host:event("packed", order.purchaseOrderNumber, { box = "1", trackingNumber = "T1",
    weight = { value = "1", unitOfMeasure = "KG" } })
  host:work()
end

local function outcome()
  local run = support.runs(host, "r")[1]
  return run.state == "done" and "done" or run.error
end

local function fails(run, wanted)
  begin(run)
  assert.is_true(support.says(outcome(), wanted), outcome())
end

teardown(function() host:close() end)

describe("a rule that goes through", function()
  it("the event finds what happened and its report, in order of the names", function()
    begin [[local names = {}
    for name, value in pairs(e) do names[#names + 1] = name assert(value ~= nil) end
    local all = table.concat(names, " ")
    assert(all == "at box kind order trackingNumber weight", all)]]
    assert.equal("done", outcome())
  end)

  it("a table of the report finds its members", function()
    begin [[for name, value in pairs(e.weight) do assert(value == "1" or value == "KG") end]]
    assert.equal("done", outcome())
  end)

  it("an order, an effect or a document is told to ask by name", function()
    fails("for k in pairs(e.order) do end", "rules/rules.lua:2: pairs: ask for what there is of "
      .. "the order by name, such as order.state; what Amazon sent is a table: pairs(order.body)")
    fails("for k in pairs(e.order:accept()) do end", "such as effect.state")
  end)

  it("what Amazon sent finds its fields", function()
    begin [[local n = 0 for name in pairs(e.order.body) do n = n + 1 end assert(n > 3)]]
    assert.equal("done", outcome())
  end)

  it("a list of orders is told how", function()
    fails("for k in pairs(orders {}) do end", "gone through with: for x in list do")
  end)
end)

describe("a `when` that changes the rule's memory", function()
  it("is refused with its line, and nothing is kept of it", function()
    begin("", "data = { n = 1 },\n  when = function(e) e.data.n = 2 return true end,")
    assert.equal(0, #support.runs(host, "r"))
    local verdict = host:verdicts("packed", order.purchaseOrderNumber)[1]
    assert.equal("failed", verdict.outcome)
    assert.equal(2, verdict.line)
  end)
end)
