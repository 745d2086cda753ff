--- Clocks as events: deadline.near when there is still time, deadline.missed when there is not.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "../vendor/support.lua")
local test = require("dray.test")

local host, order

local function begin(options, warehouse)
  if host then
    host:close()
  end
  host = support.host(options)
  order = support.order(host, warehouse or "BER3")
  host:clocks()
end

-- What was told of the order's clocks: "missed confirm 2026-11-23T12:00:00Z".
local function told(kind)
  local list = {}
  for _, entry in ipairs(host:log(order.purchaseOrderNumber)) do
    local word = entry.what:match("^deadline%.(%a+)$")
    if word and entry.detail.deadline.kind == kind then
      list[#list + 1] = ("%s %s%s"):format(word, entry.detail.deadline.at:sub(1, 16),
        entry.detail.deadline.package and " " .. entry.detail.deadline.package or "")
    end
  end
  return list
end

local OWN = "poll 'orders' local o = order('$PO') o:accept() settle() "

describe("a clock", function()
  it("warns four hours before an order is to be acknowledged, and tells when it is late", function()
    begin()
    support.run(host, "poll 'orders'", order)
    local due = host:now() // 60000 * 60000
    host:advance("19h")
    assert.same({}, told("acknowledge"))
    host:advance("5h")
    host:advance("48h")
    local list = told("acknowledge")
    assert.equal(2, #list, table.concat(list, ", "))
    assert.is_truthy(list[1]:find("^near ") and list[2]:find("^missed "))
    assert.equal(list[1]:sub(6), list[2]:sub(8))
    assert.is_true(due > 0)
  end)

  it("that is met says nothing", function()
    begin()
    support.run(host, OWN, order)
    host:advance("48h")
    assert.same({}, told("acknowledge"))
  end)

  it("of the confirmation runs from the pick-up", function()
    begin()
    support.run(host, OWN, order)
    host:event("packed", order.purchaseOrderNumber, { trackingNumber = "T1" })
    host:advance("1h")
    local now = host:now()
    host:event("picked_up", order.purchaseOrderNumber, {})
    host:advance("29m")
    assert.same({}, told("confirm"))
    host:advance("2m")
    local iso = os.date("!%Y-%m-%dT%H:%M", (now + 4 * 3600000) // 1000)
    assert.same({ "near " .. iso .. " T1" }, { told("confirm")[1] .. " T1" })
    host:advance("4h")
    assert.same({ "near " .. iso, "missed " .. iso }, told("confirm"))
  end)

  it("of the confirmation warns when the project file says", function()
    begin { project = test.project({ test.account(2) }):gsub("sellingParty",
      'deadlines = { confirm = "2h" }, sellingParty', 1) }
    support.run(host, OWN, order)
    host:event("picked_up", order.purchaseOrderNumber, {})
    host:advance("1h")
    assert.same({}, told("confirm"))
    host:advance("61m")
    assert.equal(1, #told("confirm"))
  end)

  it("of a label warns after 15 minutes and is late after 30", function()
    begin({ sim = { delays = { label = { 3 * 3600000, 3 * 3600000 } } } }, "DEL4")
    support.run(host, "poll 'orders' local o = order('$PO') o:accept() settle() "
      .. "o:request_label()", order)
    host:advance("2h")
    local list = told("label")
    assert.equal(2, #list, table.concat(list, ", "))
    assert.is_truthy(list[1]:find("^near ") and list[2]:find("^missed "))
  end)

  it("of the ship date warns before it", function()
    begin()
    support.run(host, OWN, order)
    host:advance("48h")
    local list = told("ship")
    assert.equal(2, #list, table.concat(list, ", "))
    assert.equal(list[1]:sub(6), list[2]:sub(8))
  end)

  it("of the carrier's scans runs every day until the parcel arrived", function()
    begin()
    support.run(host, OWN .. "o:confirm { containers = { { trackingNumber = 'JJD1' } } } settle()",
      order)
    local function scan(meaning)
      support.run(host, ([[order("$PO"):scan { trackingNumber = "JJD1", meaning = %q,
        statusDateTime = iso(now()), statusLocationAddress = { city = "Berlin",
        postalCode = "10115", countryCode = "DE" } } settle()]]):format(meaning), order)
    end
    host:advance("23h")
    assert.equal(1, #told("scan"))
    assert.is_truthy(told("scan")[1]:find("^near .* JJD1$"))
    scan("IN_TRANSIT")
    host:advance("23h")
    assert.equal(2, #told("scan"))
    host:advance("2h")
    assert.is_truthy(told("scan")[3]:find("^missed "))
    host:advance("24h")
    assert.equal(4, #told("scan"), table.concat(told("scan"), ", "))
    scan("DELIVERED")
    host:advance("72h")
    assert.equal(4, #told("scan"))
  end)

  it("is told once, over restarts", function()
    begin { disk = true }
    support.run(host, "poll 'orders'", order)
    host:advance("25h")
    host:restart()
    host:clocks()
    host:advance("25h")
    assert.equal(2, #told("acknowledge"))
  end)

  it("that ran out while dray was off is told as missed only", function()
    begin { disk = true }
    support.run(host, "poll 'orders'", order)
    host:jump("30h")
    host:restart()
    host:clocks()
    host:advance("1m")
    local list = told("acknowledge")
    assert.equal(1, #list, table.concat(list, ", "))
    assert.is_truthy(list[1]:find("^missed "))
  end)

  it("of an order that is over is silent", function()
    begin()
    support.run(host, "poll 'orders' order('$PO'):reject { code = '03' } settle()", order)
    host:advance("72h")
    assert.same({}, told("ship"))
    assert.same({}, told("acknowledge"))
  end)
end)

describe("a warning time", function()
  it("behind the end of its clock is refused", function()
    local ok, message = pcall(test.host, { project = test.project({ test.account(2) }):gsub(
      "sellingParty", 'deadlines = { confirm = "5h" }, sellingParty', 1) })
    assert.is_false(ok)
    assert.is_truthy(message:find("deadlines.confirm: 5h is no warning", 1, true), message)
  end)
end)
