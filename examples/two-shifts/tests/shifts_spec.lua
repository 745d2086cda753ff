--- Orders around the cut-off, and the two batches of labels.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local project = dofile(here .. "../../project.lua")

local host, order

-- The house's clock is five and a half hours before UTC.
local function begin(now)
  host = project.host(here .. "..", { now = now })
  order = project.orders(host)[1]
  host:work()
end

after_each(function() project.close(host) end)

describe("an order before the cut-off", function()
  before_each(function() begin "2026-11-23T08:25Z" end)

  it("is accepted, and has its label with the batch of the late shift, on its printer", function()
    host:advance "45m"
    assert.are.equal("accepted", project.state(host, order))
    assert.is_nil(project.effect(host, order, "request_label"))
    host:advance "2h"
    assert.are.equal("succeeded", project.effect(host, order, "request_label").state)
    assert.is_truthy(project.paper(host, "printed-late"))
    assert.is_nil(project.paper(host, "printed-early"))
  end)

  it("is confirmed when it is packed and has left, whichever is reported first", function()
    host:advance "3h"
    host:event("picked_up", order.purchaseOrderNumber, { box = "1" })
    host:advance "1h"
    assert.is_nil(project.effect(host, order, "confirm"))
    host:event("packed", order.purchaseOrderNumber, { box = "1" })
    host:advance "2h"
    assert.are.equal("shipped", project.state(host, order))
  end)

  it("is in the list that the late shift gets", function()
    host:advance "1h"
    assert.are.same({ { to = "desk", text = "1 orders to pack, 1 of them due today\n" } },
      host:notices())
  end)
end)

describe("an order after the cut-off", function()
  before_each(function() begin "2026-11-23T08:31Z" end)

  it("waits for a person, and Amazon hears nothing", function()
    host:advance "1d"
    assert.are.equal("held", project.effect(host, order, "accept").state)
    assert.are.equal("new", project.state(host, order))
  end)

  it("goes on when the late shift can take it", function()
    assert(host:control("release", project.effect(host, order, "accept").id, "there is time"))
    host:advance "2h"
    assert.are.equal("succeeded", project.effect(host, order, "accept").state)
  end)
end)
