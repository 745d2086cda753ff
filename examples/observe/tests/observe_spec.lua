--- Days on which dray only looks on.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local project = dofile(here .. "../../project.lua")

local host, order

before_each(function()
  host = project.host(here .. "..", { orders = 3 })
  order = project.orders(host)[1]
  host:ask_lists()
  host:work()
end)

after_each(function() project.close(host) end)

describe("a first week", function()
  it("plans what the rules say, and Amazon hears nothing of it", function()
    host:advance "12h"
    assert.are.same({ planned = 3 }, project.states(host, "accept"))
    for _, what in ipairs { "acknowledgement", "label", "confirmation" } do
      assert.are.equal(0, host:ledger().totals[what].told)
    end
  end)

  it("prints nothing, either", function()
    host:advance "3h"
    assert.is_nil(project.paper(host, "printed-at-dock-1"))
  end)

  it("plans the confirmation when the floor reports, as it would next week", function()
    host:event("packed", order.purchaseOrderNumber, { box = "1" })
    host:event("picked_up", order.purchaseOrderNumber, { box = "1" })
    host:advance "3h"
    assert.is_not_nil(project.effect(host, order, "confirm"))
    assert.are.equal("planned", project.effect(host, order, "confirm").state)
    assert.are.equal(0, host:ledger().totals.confirmation.told)
  end)

  it("is put beside what people did, step by step, before anybody writes live", function()
    host:advance "10m"
    host.amazon.world:set_status(order, "ACCEPTED") -- by hand, in Vendor Central
    host:advance "3h"
    local seen = host:observed(order.purchaseOrderNumber)
    assert.are.equal("accept", seen[1].dray)
    assert.are.equal("same", seen[1].is)
    assert.are.equal("request_label", seen[2].dray)
    assert.are.equal("not yet", seen[2].is)
    local other = project.orders(host)[2]
    assert.are.equal("not yet", host:observed(other.purchaseOrderNumber)[1].is)
  end)

  it("takes in new orders over a restart without forgetting or repeating a decision", function()
    host:advance "6h"
    host:add_orders(2)
    host:advance "1h"
    host:restart()
    host:ask_lists()
    host:advance "6h"
    assert.are.same({ planned = 5 }, project.states(host, "accept"))
  end)
end)
