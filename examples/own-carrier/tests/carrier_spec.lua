--- The carrier's file as it really comes, and what Amazon and the desk hear of it.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local project = dofile(here .. "../../project.lua")

local HEAD = "Sendung;Datum;Zeit;Status;Grund;Ort;PLZ\r\n"

local host, order

local function ship()
  local number = order.purchaseOrderNumber
  host:event("packed", number, { box = "1", trackingNumber = "JJD0001" })
  project.drop(host, "inbox/scales/a.csv", "Auftrag;Kolli;Gewicht\n" .. number .. ";1;1.002,50\n")
  host:event("picked_up", number, { box = "1" })
end

local function scan(time, status, reason)
  return ("JJD0001;23.11.2026;%s;%s;%s;G\246rlitz;02826\r\n"):format(time, status, reason)
end

local function carrier(name, ...)
  project.drop(host, "inbox/carrier/" .. name, HEAD .. table.concat { ... })
  host:advance "2h"
end

local function told()
  return host.amazon:told("acme", order.purchaseOrderNumber, "scans", "JJD0001")
end

before_each(function()
  host = project.host(here .. "..", { warehouse = "BER3" })
  order = project.orders(host)[1]
  host:feeds()
  host:work()
  host:advance "1h"
end)

after_each(function() project.close(host) end)

describe("a parcel", function()
  it("is confirmed with the weight of the scales, whose comma is a decimal one", function()
    ship()
    host:advance "2h"
    assert.are.equal("shipped", project.state(host, order))
    local box = host.confirmations[order.purchaseOrderNumber].containers[1]
    assert.are.same({ value = "1002.50", unitOfMeasure = "KG" }, box.weight)
    assert.are.equal("JJD0001", box.trackingNumber)
  end)

  it("that is delivered is so for Amazon, at the carrier's local time", function()
    ship()
    host:advance "2h"
    carrier("a.csv", scan("11:30", "201", "000"), scan("12:15", "301", "000"))
    assert.are.equal("delivered", project.state(host, order))
    assert.are.equal(2, told().applied)
    assert.are.same({}, host:notices())
  end)

  it("is told once, however often the carrier's file repeats it", function()
    ship()
    host:advance "2h"
    carrier("a.csv", scan("11:30", "201", "000"))
    carrier("b.csv", scan("11:30", "201", "000"), scan("12:15", "301", "000"))
    assert.are.equal(2, told().told)
  end)

  for code, words in pairs {
    ["404 117"] = "is delayed", ["407 000"] = "was refused by the customer",
    ["409 000"] = "is lost", ["416 000"] = "cannot be delivered",
  } do
    it("that " .. words .. " is known to Amazon and to the desk", function()
      ship()
      host:advance "2h"
      carrier("a.csv", scan("11:30", code:match("(%d+) (%d+)")))
      assert.are.equal(1, told().applied)
      assert.are.equal(("order %s: parcel JJD0001 %s\n"):format(order.purchaseOrderNumber, words),
        host:notices()[1].text)
    end)
  end

  it("that the carrier saw before the floor said so waits until the order is shipped", function()
    carrier("a.csv", scan("09:30", "101", "000"))
    assert.are.equal(1, #host:waiting())
    ship()
    assert.are.equal(0, #host:waiting())
    host:advance "3h"
    assert.are.same({ succeeded = 1 }, project.states(host, "scan"))
  end)
end)

describe("a file of the carrier", function()
  it("with a wrong row gives what is right, and says which row is wrong and why", function()
    ship()
    host:advance "2h"
    carrier("a.csv", "JJD0001;2026-11-23;10:15;201;000;Ulm;89073\r\n", scan("11:30", "301", "000"))
    assert.are.equal("delivered", project.state(host, order))
    local reasons = host:read("inbox/carrier/failed/a.csv.reason.txt")
    assert.is_truthy(reasons:find("line 2: at: expected a time of the form", 1, true), reasons)
  end)
end)

describe("a parcel of which the carrier says nothing", function()
  it("is told to the desk when Amazon's clock of the first scan has run out", function()
    host:clocks()
    ship()
    host:advance "30h"
    local said = {}
    for i, notice in ipairs(host:notices()) do said[i] = notice.text end
    assert.is_truthy(table.concat(said):find("the carrier is silent", 1, true))
  end)
end)
