local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local host, shipment

-- Two packages of one line with two units.
local TWO = { share = { several_boxes = 1 }, prepare = function(it)
  it.boxes = 2
  it.lines[1].quantity = 2
end }

local function begin(options)
  if host then host:close() end
  host, shipment = support.begin("self", options)
end

local function told()
  local out = {}
  for i, effect in ipairs(support.effects(host, "delivery")) do
    out[i] = effect.key:match("|(.*)$") .. " " .. effect.state
  end
  return out
end

local SHIPPED = "assert(s:process { packages = $PACKAGES }) "

-- Amazon shows one sub-status for the whole shipment: that of the package told last.
describe("the delivery of several packages", function()
  before_each(function() begin(TWO) end)

  it("is proved package by package, each before the next is told", function()
    support.run(host, SHIPPED .. [[
      local one = s:delivery("1", { subStatus = "OUT_FOR_DELIVERY" })
      local two = s:delivery("2", { subStatus = "OUT_FOR_DELIVERY" })
      assert(one:wait() == "succeeded", one.why)
      assert(two.state ~= "succeeded", "the other package's status is no proof")
      assert(two:wait() == "succeeded", two.why)
      s:delivery("1", { subStatus = "DELIVERED" })
      s:delivery("2", { subStatus = "NOT_DELIVERED", reason = "nobody at home" })
      settle()
    ]], shipment)
    assert.are.same({ "1|OUT_FOR_DELIVERY succeeded", "2|OUT_FOR_DELIVERY succeeded",
      "1|DELIVERED succeeded", "2|NOT_DELIVERED succeeded" }, told())
    assert.are.same({ "DELIVERED", "SHIPPED" },
      { shipment.packages[1].status, shipment.packages[2].status })
  end)

  it("is not taken as proved by what is shown of the other one", function()
    support.run(host, SHIPPED .. 's:delivery("1", { subStatus = "OUT_FOR_DELIVERY" }) settle()',
      shipment)
    local state = require("sim.shipment_state")
    local follow = state.follow
    finally(function() state.follow = follow end)
    -- An Amazon that takes the second one and changes nothing.
    state.follow = function() end
    support.run(host, [[
      local two = s:delivery("2", { subStatus = "OUT_FOR_DELIVERY" })
      two:wait()
      assert(two.state == "accepted", two.state)
    ]], shipment, "2h")
    state.follow = follow
    support.run(host, 's:delivery("2", { subStatus = "DELIVERED" }) settle()', shipment)
    assert.are.same({ "1|OUT_FOR_DELIVERY succeeded", "2|OUT_FOR_DELIVERY succeeded",
      "2|DELIVERED succeeded" }, told())
  end)
end)

describe("a delivery that takes two tries", function()
  it("is told anew, and the first day's status is no proof of the second", function()
    begin()
    support.run(host, SHIPPED .. [[
      s:delivery("1", { subStatus = "OUT_FOR_DELIVERY" })
      s:delivery("1", { subStatus = "NOT_DELIVERED", reason = "closed" })
      settle()
      sleep "1d"
      s:delivery("1", { subStatus = "OUT_FOR_DELIVERY" })
      s:delivery("1", { subStatus = "DELIVERED" })
      settle()
      assert(s.state == "delivered")
    ]], shipment)
    assert.are.same({ "1|OUT_FOR_DELIVERY succeeded", "1|NOT_DELIVERED succeeded",
      "1|OUT_FOR_DELIVERY succeeded", "1|DELIVERED succeeded" }, told())
    assert.are.equal(4, support.told(host, shipment, "delivery", "1").applied)
  end)
end)
