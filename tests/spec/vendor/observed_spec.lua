local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local labels = require("sim.labels")

local host, order

-- Two warehouses that only observe, with rules that take every order and ship what was picked up.
local RULES = [[
  rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
  rule { name = "label", on = "order.accepted", where = { labels = "amazon" },
    run = function(e) e.order:request_label() end }
  rule { name = "ship", all = { "picked_up" }, run = function(e) e.order:confirm() end }
]]

local function begin(options)
  options = options or {}
  options.writes = options.writes or "observe"
  options.rules = options.rules or RULES
  host = support.host(options)
  order = support.order(host)
  host:ask_lists()
  host:advance("10m")
end

-- What people made of it by other means, and time enough for the lists to show it.
local function people(status)
  host.amazon.world:set_status(order, status)
  host:advance("3h")
end

-- "accept/accepted/same label//not yet"
local function compared()
  local out = {}
  for i, one in ipairs(host:observed(order.purchaseOrderNumber)) do
    out[i] = ("%s: %s/%s %s"):format(one.step, one.dray, one.people, one.is)
  end
  return out
end

describe("what dray would have done beside what people did", function()
  after_each(function()
    host:close()
  end)

  it("is not yet to be told when people have done nothing", function()
    begin()
    host:advance("3h")
    assert.are.same({ "acknowledge: accept/ not yet" }, compared())
  end)

  it("is the same when people accept and ship what the rules would have", function()
    begin()
    people("ACCEPTED")
    host:event("picked_up", order.purchaseOrderNumber, { box = "1" })
    people("SHIPPED")
    assert.are.same({ "acknowledge: accept/accepted same", "label: request_label/ not yet",
      "ship: confirm/shipped same" }, compared())
    local ship = host:observed(order.purchaseOrderNumber)[3]
    assert.are.equal("ship", ship.by)
    assert.is_true(ship.planned < ship.seen and ship.seen <= host:now())
  end)

  it("is different when they do what no rule wanted", function()
    begin({ rules = 'rule { name = "none", on = "order.denied", run = function() end }' })
    people("SHIPPED")
    assert.are.same({ "acknowledge: /accepted different", "ship: /shipped different" }, compared())
  end)

  it("is different when the order is cancelled instead", function()
    begin()
    people("CANCELLED")
    assert.are.same({ "acknowledge: accept/cancelled different" }, compared())
  end)

  it("is the same when both refuse it", function()
    begin({ rules = [[rule { name = "refuse", on = "order.new",
      run = function(e) e.order:reject { code = "03" } end }]] })
    people("CANCELLED")
    assert.are.same({ "acknowledge: reject/cancelled same" }, compared())
  end)

  it("is different when dray would have refused what people took", function()
    begin({ rules = [[rule { name = "refuse", on = "order.new",
      run = function(e) e.order:reject { code = "03" } end }]] })
    people("ACCEPTED")
    assert.are.same({ "acknowledge: reject/accepted different" }, compared())
  end)

  it("is seen by a label that came for people who asked for it", function()
    begin()
    people("ACCEPTED")
    labels.apply(host.amazon.world, order, {})
    host:advance("3h")
    assert.are.equal("label: request_label/label same", compared()[2])
  end)

  it("says nothing of what dray sent itself", function()
    begin({ writes = "live" })
    host:advance("3h")
    assert.are.same({}, compared())
  end)

  it("cannot be told of scans, which no list shows", function()
    begin({ rules = [[rule { name = "scan", on = "order.accepted", where = { labels = "own" },
      run = function(e) e.order:scan { trackingNumber = "1", meaning = "DELIVERED",
        statusDateTime = "2026-11-23T10:00Z", statusLocationAddress = { name = "depot",
          addressLine1 = "1 Dock Road", city = "Berlin", countryCode = "DE" } } end }]] })
    order = support.order(host, "BER3")
    people("ACCEPTED")
    assert.are.same({ "scan: scan/ unseen", "acknowledge: /accepted different" }, compared())
  end)
end)
