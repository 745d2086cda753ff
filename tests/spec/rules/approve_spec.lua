local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, order

local RULES = [[
rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
rule { name = "deny", on = "packed", approve = true,
  when = function(e) return e.order.state == "accepted" and e.now < instant "2026-11-24T00:00Z" end,
  run = function(e) e.order:floor_deny { why = "out of stock" } end }]]

before_each(function()
  if host then host:close() end
  host = support.host(RULES)
  order = support.order(host)
  host:advance "1h"
  host:tell("packed", order.purchaseOrderNumber)
  host:advance "1h"
end)

local function denial() return support.effect(host, order, "floor_deny") end

-- "What a rule wants approved is planned, seen, and sent only by a person's word."
describe("approval", function()
  it("holds what the run plans, and leaves the order as it is", function()
    assert.are.same({ "held", "waits for a person's approval" }, { denial().state, denial().why })
    assert.are.equal("accepted", support.row(host, order).state)
    assert.are.equal(0, support.told(host, order, "confirmation").told)
    assert.are.equal("accept", host:effects()[1].verb)
    assert.are.equal("succeeded", host:effects()[1].state)
  end)

  it("sends it when a person releases it", function()
    assert(host:control("release", denial().id, "the shelf is empty"))
    host:advance "2h"
    assert.are.equal("succeeded", denial().state)
    assert.are.equal("denied", support.row(host, order).state)
  end)

  it("asks the condition again, and withdraws what is no longer right", function()
    host:advance "1d"
    assert(host:control("release", denial().id, "the shelf is empty"))
    assert.are.equal("cancelled", denial().state)
    local why = "`when` of rule \"deny\" is no longer true (rules/rules.lua:3)"
    assert.is_true(says(denial().why, why), denial().why)
    host:advance "2h"
    assert.are.equal("accepted", support.row(host, order).state)
  end)

  it("is not asked for twice by the same rule", function()
    host:tell("packed", order.purchaseOrderNumber)
    assert.are.equal(1, #support.effects(host, order, "floor_deny"))
  end)
end)
