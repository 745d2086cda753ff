--- A gift and an order that is none, side by side.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local project = dofile(here .. "../../project.lua")

local host, gift, plain

local function leaves(order)
  host:event("packed", order.purchaseOrderNumber, { box = "1" })
  host:event("picked_up", order.purchaseOrderNumber, { box = "1" })
  host:advance "1h"
end

before_each(function()
  host = project.host(here .. "..", { orders = 2, prepare = function(order, place)
    order.gift, order.slip = place == 1, place == 1
  end })
  gift, plain = project.orders(host)[1], project.orders(host)[2]
  host:ask_lists()
  host:work()
  host:advance "3h"
end)

after_each(function() project.close(host) end)

describe("a gift", function()
  it("has its slip printed", function()
    assert.are.equal("%PDF", (project.paper(host, "printed-slips") or ""):sub(1, 4))
  end)

  it("that has left is not confirmed before its slip is reported", function()
    leaves(gift)
    host:advance "5h"
    assert.is_nil(project.effect(host, gift, "confirm"))
    assert.are.equal("accepted", project.state(host, gift))
    host:event("slip.printed", gift.purchaseOrderNumber)
    host:advance "2h"
    assert.are.equal("shipped", project.state(host, gift))
    assert.are.equal(1, host.amazon:told("acme", gift.purchaseOrderNumber, "confirmation").told)
  end)
end)

describe("an order that is no gift", function()
  it("is confirmed as soon as it has left", function()
    leaves(plain)
    host:advance "1h"
    assert.are.equal("shipped", project.state(host, plain))
  end)
end)
