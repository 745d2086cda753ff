local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local cjson = require("cjson")
local support = dofile(here .. "support.lua")

local host, shipment

-- A shipment of so many packages with one unit each.
local function begin(where, packages)
  if host then host:close() end
  host, shipment = support.begin(where, { prepare = function(it)
    it.boxes, it.lines[1].quantity = packages, packages
  end, sim = { external_rate = 100, external_burst = 100 } })
end

-- How many packages each label request names, and the slot or the number it asks for.
local function listen()
  local heard, amazon = {}, host.amazon
  local handle = amazon.handle
  function amazon:handle(request)
    if request.method == "PUT" and request.path:find("/shipLabels$") then
      local body = cjson.decode(request.body)
      local courier = body.courierSupportedAttributes
      heard[#heard + 1] = { #body.packageIds, courier and courier.trackingId
        or request.query:match("shippingOptionId=(%w+)") }
    end
    return handle(self, request)
  end
  return heard
end

-- "50 package ids a call at most, one call per package with courier attributes or per slot."
describe("a shipment of many packages", function()
  it("has its labels in calls of at most 50", function()
    begin("flex", 60)
    local heard = listen()
    support.run(host, "assert(s:process { packages = $PACKAGES, ship = false }) "
      .. "assert(#s.labels == 60)", shipment)
    assert.are.same({ { 50 }, { 10 } }, heard)
    assert.are.equal("SHIPLABEL_GENERATED", shipment.status)
    local why = support.fails(host, "s:generate_labels { again = true }", shipment)
    assert.is_true(support.says(why, "at most 50 packages a call, these are 60"), why)
  end)

  it("has one call for each slot", function()
    begin("easy", 4)
    local heard = listen()
    support.run(host, [[
      assert(s:process { packages = $PACKAGES, ship = false, choose = function(options, id)
        return options[id == "3" and 2 or 1]
      end })
      assert(#s.labels == 4)
    ]], shipment)
    assert.are.equal(2, #heard)
    assert.are.same({ 3, 1 }, { heard[1][1], heard[2][1] })
    assert.are_not.equal(heard[1][2], heard[2][2])
  end)

  it("has one call for each of its courier's numbers", function()
    begin("courier", 3)
    local heard = listen()
    support.run(host, [[
      assert(s:process { packages = $PACKAGES, labels = function(_, id)
        return { courierSupportedAttributes = { carrierName = "DHL", trackingId = "JD" .. id } }
      end })
    ]], shipment)
    assert.are.same({ { 1, "JD1" }, { 1, "JD2" }, { 1, "JD3" } }, heard)
    assert.are.equal("SHIPPED", shipment.status)
    local why = support.fails(host, [[
      local courier = { carrierName = "DHL", trackingId = "JD4" }
      s:generate_labels { again = true, packageIds = { "1", "2" },
        courierSupportedAttributes = courier }
    ]], shipment)
    assert.is_true(support.says(why, "a tracking number belongs to one package"), why)
  end)
end)
