local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local host, shipment

local function begin(where, options)
  if host then host:close() end
  host, shipment = support.begin(where or "easy", options)
end

local LABELLED = "assert(s:process { packages = $PACKAGES, ship = false }) "

describe("what the floor reports of a shipment", function()
  it("is an event and a fact of it, box by box", function()
    begin()
    support.run(host, [[
      local weight = { value = "250", weightUnit = "G" }
      assert(event("packed", s, { box = "1", weight = weight }) == "taken")
      assert(event("packed", "$ID", { box = "2" }) == "taken")
      assert(s.facts.packed["1"].weight.value == "250")
      assert(s.facts.packed.boxes["2"].box == "2" and s.facts.picked_up == nil)
    ]], shipment)
    assert.are.equal(2, #support.events(host, "packed"))
  end)

  it("waits for a shipment that nobody knows yet", function()
    if host then host:close() end
    host = support.host("easy")
    shipment = support.shipment(host)
    assert.are.equal("waiting", host:event("packed", shipment.id, { box = "1" }))
    support.run(host, 'poll "shipments"')
    assert.are.equal(1, #support.events(host, "packed"))
    assert.are.equal(0, #host:waiting())
  end)

  it("is found by the number on its label", function()
    begin()
    support.run(host, LABELLED, shipment)
    local number = shipment.packages[1].label.tracking
    assert.are.equal("taken", host:event("carrier.scan", nil, { trackingNumber = number,
      meaning = "OUT_FOR_DELIVERY" }))
    support.run(host, [[assert(s.facts["carrier.scan"]["1"].meaning == "OUT_FOR_DELIVERY")]],
      shipment)
  end)

  it("is found by the own courier's number that was packed with it", function()
    begin("courier")
    assert.are.equal("waiting", host:event("picked_up", nil, { trackingNumber = "JD014" }))
    host:event("packed", shipment.id, { box = "1", trackingNumber = "JD014" })
    support.run(host, 'assert(s.facts.picked_up["1"].trackingNumber == "JD014")', shipment)
  end)
end)

-- What a line requires and Amazon was told already is not asked for again.
describe("packages of which the shipment says what a line requires", function()
  local function told(more)
    local text = require("sim.shipment_text")
    local of = text.of
    finally(function() text.of = of end)
    text.of = function(...)
      return (of(...):gsub('("shipmentLineItemId":)', more .. ",%1"))
    end
    begin("easy", { prepare = function(it)
      it.lines[1].quantity = 1
      it.lines[1].needs = { serial = true, hazmat = true, origin = true, value = true }
    end })
  end

  local MADE = [[
    local packages = $PACKAGES
    packages[1].packageLineItems, packages[1].hazmatLabels = nil, nil
    s:confirm() s:create_packages { packages = packages } settle()
  ]]

  it("are filled up with it", function()
    told('"serialNumbers":["S1"],"hazmatLabels":["UN3481","UN3481","UN1"],"countryOfOrigin":"IN",'
      .. '"itemValue":{"value":"5","currencyCode":"INR"}')
    support.run(host, MADE, shipment)
    local body = shipment.packages[1].body
    assert.are.same({ "UN3481", "UN1" }, body.hazmatLabels)
    local item = body.packageLineItems[1]
    assert.are.same({ { "S1" }, "IN", "5" },
      { item.serialNumbers, item.countryOfOrigin, item.itemValue.value })
  end)

  it("are not filled up with what Amazon only recommends", function()
    told('"serialNumbers":["S1"]') -- beside Amazon's own recommendedCountryOfOrigin
    local why = support.fails(host, MADE, shipment)
    assert.is_true(support.says(why, "countryOfOrigin: Amazon requires it for this line"), why)
  end)
end)
