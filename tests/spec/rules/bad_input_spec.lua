--- Rules that contradict each other, come too early or forget something: nothing wrong is sent, and
--- it can be seen why.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, order

local ACCEPT = [[
rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
]]

local function begin(rules, warehouse)
  host = support.host(ACCEPT .. rules)
  order = support.order(host, warehouse or "BER3")
  host:advance "1h"
end

local function told(what, package) return support.told(host, order, what, package).told end

after_each(function() host:close() end)

local BOX = [[containers = { { containerIdentifier = "%s", trackingNumber = "JJD0001",
  weight = { value = "1", unitOfMeasure = "KG" } } }]]

local function confirms(name, box)
  local rule = 'rule { name = %q, on = "packed", run = function(e) e.order:confirm { %s } end }\n'
  return rule:format(name, BOX:format(box))
end

describe("two rules", function()
  it("that confirm with different boxes confirm once, as the first said; the other is a failure",
    function()
      begin(confirms("one", "A") .. confirms("two", "B"))
      host:tell("packed", order.purchaseOrderNumber)
      host:advance "2h"
      assert.are.equal(1, told("confirmation"))
      local sent = support.received(host, order, "submitShipmentConfirmations")
      assert.are.equal("A", sent[1].containers[1].containerIdentifier)
      local failed = support.runs(host, "two")[1]
      assert.are.equal("failed", failed.state)
      assert.is_true(says(failed.error, "rules/rules.lua:"), failed.error)
    end)

  it("that confirm and deny the same order do what the first said; the other is a failure",
    function()
      begin(confirms("confirm", "A") .. [[
rule { name = "deny", on = "packed", run = function(e) e.order:floor_deny { why = "gone" } end }]])
      host:tell("packed", order.purchaseOrderNumber)
      host:advance "2h"
      assert.are.equal(1, told("confirmation"))
      assert.are.equal("shipped", support.row(host, order).state)
      local failed = support.runs(host, "deny")[1]
      assert.is_true(says(failed.error, "floor_deny contradicts confirm"), failed.error)
    end)
end)

describe("a rule that is too early", function()
  it("confirms when the carrier came before Amazon had proved the acceptance: it waits", function()
    host = support.host([[
rule { name = "late", on = "picked_up", run = function(e)
  e.order:accept()
  e.order:confirm { ]] .. BOX:format("A") .. [[ }
end }]])
    order = support.order(host, "BER3")
    host:event("picked_up", order.purchaseOrderNumber, {})
    assert.are.equal("waiting", support.effect(host, order, "confirm").state)
    assert.are.equal(0, told("confirmation"))
    host:advance "2h"
    assert.are.equal(1, told("confirmation"))
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("passes on a scan of a parcel that Amazon does not have as shipped: it waits", function()
    begin(confirms("confirm", "A") .. [[
rule { name = "scan", on = "carrier.scan", run = function(e)
  e.order:scan { trackingNumber = e.trackingNumber, meaning = e.meaning, statusDateTime = e.at,
    statusLocationAddress = { city = "Ulm", postalCode = "89073", countryCode = "DE" } }
end }]])
    host:event("carrier.scan", order.purchaseOrderNumber, { trackingNumber = "JJD0001",
      meaning = "IN_TRANSIT", at = "2026-11-23T09:00:00Z" })
    host:advance "1h"
    assert.are.equal("waiting", support.effect(host, order, "scan").state)
    assert.are.equal(0, told("scans", "JJD0001"))
    host:tell("packed", order.purchaseOrderNumber)
    host:advance "3h"
    assert.are.equal(1, told("scans", "JJD0001"))
    assert.are.equal("succeeded", support.effect(host, order, "scan").state)
  end)
end)

describe("a confirm rule that forgets the gift slip", function()
  it("does not confirm before the slip is here", function()
    host = support.host(ACCEPT .. confirms("confirm", "A"), { share = { gift = 1 } })
    order = support.order(host, "BER3")
    host:faults { { operation = "getPackingSlips", kind = "500", rate = 1 },
      { operation = "getPackingSlip", kind = "500", rate = 1 } }
    host:advance "1h"
    host:tell("packed", order.purchaseOrderNumber)
    host:advance "2h"
    local confirm = support.effect(host, order, "confirm")
    assert.are.equal("waiting", confirm.state)
    assert.is_true(says(confirm.why, "slip"), confirm.why)
    assert.are.equal(0, told("confirmation"))
    host:faults {}
    host:advance "6h"
    assert.are.equal("shipped", support.row(host, order).state)
  end)
end)

describe("an event for an order that nobody knows", function()
  it("is kept and shown, and its rule runs when the order appears", function()
    begin 'rule { name = "seen", on = "packed", run = function(e) end }'
    local po = host:add_orders(1)[1]
    assert.are.equal("waiting", (host:event("packed", po, { box = "1" })))
    host:work()
    assert.are.equal(0, #support.runs(host, "seen"))
    assert.are.equal(po, host:waiting()[1].order)
    support.run(host, "poll 'orders'")
    host:work()
    assert.are.equal("done", support.runs(host, "seen")[1].state)
    assert.are.equal(0, #host:waiting())
  end)
end)
