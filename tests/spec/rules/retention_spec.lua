local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local host

local RULES = [[
rule { name = "look", on = { "order.new", "order.cancelled" }, run = function(e) end }
rule { name = "deny", on = "packed", approve = true,
  when = function(e) return e.order.state == "accepted" end,
  run = function(e) e.order:floor_deny { why = "out of stock" } end }
rule { name = "daily", every = { "1d", at = "07:30", zone = "UTC" }, run = function() end }
]]

local function begin(keep)
  local account = test.account(2)
  host = support.host(RULES, { accounts = { account },
    project = test.project({ account }) .. keep })
  host:forget()
end

-- Two orders come and are cancelled, the floor reports, a rule looks at each; then days pass.
local function once(pause)
  for _, po in ipairs(host:add_orders(2)) do
    support.run(host, "poll 'orders'")
    host:event("packed", po, { box = "1" })
    host:event("packed", "NOBODY" .. po, { box = "1" })
    assert(host.amazon.world:cancel(host.amazon:order(po)))
  end
  support.run(host, "poll 'cancelled'")
  host:advance(pause)
end

local function days(count)
  for _ = 1, count do once("1d") end
end

local function weeks(count)
  for _ = 1, count do once("7d") end
end

local function rows()
  return { log = #host:log(), runs = #host:runs(), orders = #host:orders(),
    waiting = #host:waiting(), effects = #host:effects() }
end

-- "dray runs for years beside the packing tables; its file must not grow with them."
describe("what is over", function()
  after_each(function()
    host:close()
  end)

  it("is forgotten in time: after a year there is no more of it than after seven months",
    function()
      begin('keep { runs = "20d", reports = "20d", orders = "190d" }')
      weeks(32)
      local before = rows()
      weeks(21)
      before.log = before.log + 21 * 7 -- each day's cut says where the log begins
      for what, count in pairs(rows()) do
        assert.is_true(count <= before[what] + 8, ("%s: %d after %d"):format(what, count,
          before[what]))
      end
      assert.is_true(before.runs < 50 and before.waiting < 10 and before.orders < 64)
    end)

  it("stays for as long as the project file says", function()
    begin('keep { runs = "20d" }')
    days(30)
    assert.is_true(#host:orders() == 62 and #host:waiting() == 60)
    assert.is_true(#host:runs() > 60 and #host:runs() < 130)
  end)

  it("leaves what is open as it is: an order, what is held, and its approval", function()
    begin('keep { runs = "5d", reports = "7d", orders = "190d" }')
    local order = support.order(host)
    support.run(host, "order('$PO'):accept() settle()", order)
    host:event("packed", order.purchaseOrderNumber, { box = "1" })
    local held = support.effect(host, order, "floor_deny")
    assert.are.equal("held", held.state)
    local story = support.story(host, order)
    days(10)
    host:advance("250d")
    days(2)
    assert.are.equal("accepted", support.row(host, order).state)
    assert.are.equal(story, support.story(host, order))
    assert(host:control("release", held.id, "the shelf is empty"))
    assert.are_not.equal("held", support.effect(host, order, "floor_deny").state)
  end)

  it("is said of a report whose order never came, when it is given up", function()
    begin('keep { reports = "7d" }')
    host:event("packed", "NOBODY1", { box = "1" })
    host:advance("9d")
    assert.are.equal(0, #host:waiting())
    local last
    for _, entry in ipairs(host:log()) do
      if entry.what == "report.dropped" then last = entry end
    end
    assert.are.equal("NOBODY1", last.detail.order)
    assert.are.equal("its order never came", last.detail.why)
  end)

  it("takes its documents along", function()
    begin('keep { orders = "190d" }')
    local order = support.order(host)
    local ship = [[
      local o = order("$PO")
      o:accept() settle()
      o:request_label() settle()
      o:confirm() settle()
    ]]
    support.run(host, ship, order)
    assert.are.equal("shipped", support.row(host, order).state)
    local paper = host:documents()[1]
    assert.is_not_nil(host:read("documents/" .. paper.path))
    host:advance("185d")
    assert.is_not_nil(host:read("documents/" .. paper.path))
    local later = host.amazon:order(host:add_orders(2)[1])
    support.run(host, "poll 'orders'" .. ship, later)
    host:advance("10d")
    assert.is_nil(support.row(host, order))
    assert.is_nil(host:read("documents/" .. paper.path))
  end)
end)
