local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, shipment

local function begin(where, options)
  if host then host:close() end
  host, shipment = support.begin(where, options)
end

local function states(verb)
  local out = {}
  for i, effect in ipairs(support.effects(host, verb)) do
    out[i] = effect.state
  end
  return out
end

describe("a shipment goes through its steps", function()
  it("of Easy Ship with a chosen slot, an invoice and a label", function()
    begin("easy")
    support.run(host, [[
      s:confirm()
      s:create_packages { packages = $PACKAGES }
      local id = s.packages[1].id
      assert(s:shipping_options(id):wait() == "succeeded")
      local options = s:options(id)
      assert(#options == 4 and options.recommended, #options)
      assert(options[1].pickupWindow.startTime:match "+05:30$", options[1].pickupWindow.startTime)
      s:generate_invoice()
      s:generate_labels { shippingOptionId = options[2].shippingOptionId }
      s:mark_shipped(id)
      local counts = settle()
      assert(counts.succeeded == 6, "not all of them succeeded")
      assert(s.state == "shipped", s.state)
      assert(#s.labels == 1 and s:invoice().format == "PDF")
    ]], shipment)
    assert.are.equal("SHIPPED", shipment.status)
    for what, package in pairs({ processed = false, packages = "1", invoice = false, labels = "1",
      shipped = "1" }) do
      assert.are.equal(1, support.told(host, shipment, what, package or nil).told, what)
    end
  end)

  it("of Seller Flex, where there is nothing to choose", function()
    begin("flex")
    support.run(host, [[
      assert(s:process { packages = $PACKAGES, ship = true })
      assert(#s:options(s.packages[1].id) == 0)
      assert(s.labels[1].format == "ZPL" and s.labels[1].trackingNumber ~= "")
    ]], shipment)
    assert.are.equal("SHIPPED", shipment.status)
  end)

  it("of Self Ship by a courier, whose tracking number is told", function()
    begin("courier")
    support.run(host, [[
      local done, why = s:process {
        packages = $PACKAGES,
        labels = { courierSupportedAttributes = { carrierName = "DHL", trackingId = "JD014" } },
      }
      assert(done, why)
      assert(s.labels[1].trackingNumber == "JD014", s.labels[1].trackingNumber)
      s:delivery(s.packages[1].id, { subStatus = "OUT_FOR_DELIVERY" })
      s:delivery(s.packages[1].id, { subStatus = "DELIVERED" })
      local counts = settle()
      assert(not counts.held and not counts.rejected, s.state)
      assert(s.state == "delivered", s.state)
    ]], shipment)
    assert.are.same({ "succeeded", "succeeded" }, states("delivery"))
    assert.are.equal("DELIVERED", shipment.status)
  end)

  it("step by step when all of them are asked for at once", function()
    begin("flex")
    support.run(host, [[
      s:confirm()
      s:create_packages { packages = $PACKAGES }
      local id = s.packages[1].id
      s:shipping_options(id)
      s:generate_invoice()
      s:generate_labels()
      s:mark_shipped(id)
      assert(settle().succeeded == 6)
    ]], shipment)
    assert.are.equal("SHIPPED", shipment.status)
    assert.is_nil(support.story(host):find("effect.rejected", 1, true))
  end)

  it("from where another tool left it", function()
    begin("easy")
    host.amazon.outside:move(shipment, "PACKAGE_CREATED")
    support.run(host, [[
      poll "progress"
      assert(s.state == "package_created", s.state)
      assert(s:process {})
      poll "progress"
      assert(s.state == "shiplabel_generated", s.state)
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "processed").told)
    assert.are.equal(0, support.told(host, shipment, "packages", "1").told)
  end)

  it("but is not confirmed before the earliest time to pack it", function()
    begin("flex", { prepare = function(it, at)
      it.earliest_ms = at.amazon.world.now + 3600000
    end })
    support.run(host, [[
      local e = s:confirm()
      assert(e.state == "waiting" and e.why:find "earliestPackDateTime", e.why)
      settle()
      assert(now() >= instant(s.earliestPack))
      assert(e.state == "succeeded")
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "processed").refused)
  end)

  it("but waits while Amazon sees too little stock", function()
    begin("easy", { share = { created = 1 } })
    support.run(host, [[
      assert(s.state == "created")
      local e = s:confirm()
      assert(e.state == "waiting", e.why)
      assert(e:wait() == "succeeded")
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "processed").refused)
  end)
end)

describe("a rejection", function()
  it("names every line and ends the shipment", function()
    begin("easy", { share = { several_lines = 1 } })
    support.run(host, [[
      assert(s:reject { reason = "OUT_OF_STOCK" }:wait() == "succeeded")
      assert(s.state == "cancelled", s.state)
      local e, why = s:confirm()
      assert(not e and why == "the shipment is cancelled", why)
    ]], shipment)
    assert.are.equal("CANCELLED", shipment.status)
  end)

  it("is not sent in a state in which Amazon takes none", function()
    begin("flex")
    shipment.eligible = { "CREATED" }
    support.run(host, [[
      poll "shipments"
      local e, why = s:reject { reason = "CUSTOMER_REQUESTED" }
      assert(not e and why:find "orderStatesEligibleForRejection", why)
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "processed").told)
  end)

  it("contradicts a confirmation that is under way", function()
    begin("flex")
    local why = support.fails(host, "s:confirm() s:reject { reason = 'OUT_OF_STOCK' }", shipment)
    assert.is_true(says(why, "reject contradicts confirm"), why)
  end)
end)
