local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, shipment

local function begin(where, options)
  if host then host:close() end
  host, shipment = support.begin(where or "easy", options)
end

local PROCESS = "local done, why = s:process { packages = $PACKAGES, ship = true } "
local WRITES = { "processShipment", "createPackages", "generateInvoice", "generateShipLabels",
  "updatePackageStatus" }

-- Each write of a shipment once, package by package.
local function applied_once()
  local keys = { processed = false, packages = "1", invoice = false, shipped = "1" }
  for what, package in pairs(keys) do
    local count = support.told(host, shipment, what, package or nil)
    assert.are.equal(1, count.applied, what)
  end
end

describe("a write whose answer is lost", function()
  for _, kind in ipairs({ "lost_before", "lost_after", "503", "garbage" }) do
    it(("is looked up and done once (%s)"):format(kind), function()
      begin()
      local rules = {}
      for i, operation in ipairs(WRITES) do
        rules[i] = { operation = operation, kind = kind, nth = { 1 }, applied = true }
      end
      host:faults(rules)
      support.run(host, PROCESS .. "assert(done, why) settle()", shipment)
      assert.are.equal("SHIPPED", shipment.status)
      applied_once()
    end)
  end
end)

describe("packages that were asked for with their status", function()
  it("are proved also when they have moved on since", function()
    begin("flex")
    host:faults({ { operation = "createPackages", kind = "lost_after", nth = { 1 } } })
    support.run(host, [[
      local packages = $PACKAGES
      packages[1].status = "CREATED"
      s:confirm() s:create_packages { packages = packages }
      sleep "10s"
    ]], shipment)
    host.amazon.outside:move(shipment, "SHIPLABEL_GENERATED")
    host:advance("10m")
    local effect = support.effect(host, "create_packages")
    assert.are.same({ "succeeded", 1 }, { effect.state, effect.sends }, effect.why)
  end)
end)

describe("while Amazon works on the shipment (409)", function()
  it("the next step waits and is sent again", function()
    begin("easy", { delays = { workflow = { 15000, 15000 } } })
    support.run(host, PROCESS .. "assert(done, why) settle()", shipment)
    assert.are.equal("SHIPPED", shipment.status)
    applied_once()
  end)

  it("that never ends, a person must look", function()
    begin()
    host:faults({ { operation = "createPackages", kind = "busy", rate = 1 } })
    support.run(host, [[
      s:confirm() local e = s:create_packages { packages = $PACKAGES }
      assert(e:wait() == "held", e.why)
      assert(e.why:find "stays busy", e.why)
    ]], shipment)
  end)
end)

describe("what Amazon cannot process (422)", function()
  it("is held, never sent again by itself, and the shipment is read", function()
    begin()
    host:faults({ { operation = "createPackages", kind = "unprocessable", nth = { 1 } } })
    support.run(host, [[
      s:confirm() local e = s:create_packages { packages = $PACKAGES }
      assert(e:wait() == "held", e.why)
      assert(e.why:find "^422", e.why)
    ]], shipment)
    host:advance("6h")
    assert.are.equal(1, support.effect(host, "create_packages").sends)
    local effect = support.effect(host, "create_packages")
    assert.is_true(host:control("retry", effect.id, "looked at it"))
    support.run(host, "settle()", shipment)
    assert.are.equal(1, support.told(host, shipment, "packages", "1").applied)
  end)
end)

-- "422: never blind-retry; read the shipment." What it shows decides.
describe("what Amazon refuses (422) because the shipment moved meanwhile", function()
  local function refused(verb)
    local effect = support.effect(host, verb)
    assert.are.equal(1, effect.sends)
    assert.is_true(says(effect.why, "422"), effect.why)
    return effect
  end

  it("is over when it can never be done any more, and says why", function()
    begin("flex")
    shipment.eligible = { "ACCEPTED" }
    support.run(host, 'poll "shipments"')
    host.amazon.outside:move(shipment, "CONFIRMED")
    support.run(host, [[
      local e = s:reject { reason = "OUT_OF_STOCK" }
      assert(e:wait() == "cancelled", e.state)
      assert(s.state == "confirmed")
      assert(s:confirm().evidence:find "confirmed already")
    ]], shipment)
    assert.is_true(says(refused("reject").why, "takes no rejection of a shipment in status CONF"))
  end)

  it("is over for an update of a package that has left", function()
    begin("easy")
    support.run(host, "assert(s:process { packages = $PACKAGES, ship = false })", shipment)
    host.amazon.outside:move(shipment, "SHIPPED")
    support.run(host, [[
      local e = s:update_package("1", { weight = { value = "2.5", weightUnit = "KG" } })
      assert(e:wait() == "cancelled", e.state)
      assert(#s.labels == 1)
    ]], shipment)
    assert.is_true(says(refused("update_package").why, "the shipment is shipped"))
  end)

  it("is done when somebody else did it", function()
    begin("easy")
    support.run(host, "s:confirm() s:create_packages { packages = $PACKAGES } settle()", shipment)
    host:faults({ { operation = "generateInvoice", kind = "unprocessable", nth = { 1 } } })
    host.amazon.outside:move(shipment, "INVOICE_GENERATED")
    support.run(host, [[
      local e = s:generate_invoice()
      assert(e:wait() == "succeeded", e.why)
      assert(s:invoice().format == "PDF")
    ]], shipment)
    assert.are.equal(1, support.effect(host, "generate_invoice").sends)
    assert.are.equal(0, support.told(host, shipment, "invoice").told)
  end)

  it("is held for options and labels, too, which else are asked for again", function()
    begin("easy")
    support.run(host, "s:confirm() s:create_packages { packages = $PACKAGES } settle()", shipment)
    host:faults({ { operation = "retrieveShippingOptions", kind = "unprocessable", nth = { 1 } },
      { operation = "generateInvoice", kind = "unprocessable", nth = { 1 } } })
    support.run(host, [[
      local e = s:shipping_options(s.packages[1].id)
      assert(e:wait() == "held", e.state)
      local e = s:generate_invoice()
      assert(e.state == "waiting" or e:wait() == "held", e.state)
    ]], shipment)
    host:advance("6h")
    assert.are.equal("held", refused("shipping_options").state)
  end)

  it("is held when Amazon does not show the shipment any more", function()
    begin("flex")
    shipment.eligible = { "ACCEPTED" }
    support.run(host, 'poll "shipments"')
    host.amazon.outside:move(shipment, "CONFIRMED")
    host.amazon.world.account_list[1].options.missing_roles = { "getShipment" }
    support.run(host, [[assert(s:reject { reason = "OUT_OF_STOCK" }:wait() == "held")]], shipment)
    refused("reject")
  end)

  it("is read again after dray was stopped before it could look", function()
    begin("flex", { disk = true })
    shipment.eligible = { "ACCEPTED" }
    support.run(host, 'poll "shipments"')
    host.amazon.outside:move(shipment, "CONFIRMED")
    host:faults({ { operation = "getShipment", kind = "503", rate = 1 } })
    local result = host:run(('shipment "%s":reject { reason = "OUT_OF_STOCK" } sleep "5s"')
      :format(shipment.id), nil, "20s")
    assert.is_true(result.ok, result.error)
    assert.are.equal("unknown", support.effect(host, "reject").state)
    host:faults({})
    host:restart()
    host:advance("10m")
    assert.are.equal("cancelled", refused("reject").state)
  end)
end)

describe("SHIPPED", function()
  it("that Amazon's carrier set before is success, not a failure", function()
    begin("easy")
    shipment.amazon_ships = true
    support.run(host, [[
      assert(s:process { packages = $PACKAGES, ship = false })
      sleep "2h"
      local e = s:mark_shipped(s.packages[1].id)
      assert(e:wait() == "succeeded", e.why)
    ]], shipment)
    assert.are.equal("SHIPPED", shipment.status)
  end)

  it("waits for the label", function()
    begin("easy")
    support.run(host, [[
      s:confirm() s:create_packages { packages = $PACKAGES }
      settle()
      local e = s:mark_shipped(s.packages[1].id)
      assert(e.state == "waiting" and e.why == "waits for the label", e.why)
    ]], shipment)
  end)
end)

describe("packages that cannot be right are refused where they are written", function()
  local function refused(change, words)
    begin("easy", { prepare = function(it)
      it.lines[1].needs.serial = change == "serial" or change == "few"
    end })
    local why = support.fails(host, [[
      local packages = $PACKAGES
      local item = packages[1].packageLineItems[1]
      local change = "]] .. change .. [["
      if change == "light" then packages[1].weight = { value = "4", weightUnit = "G" } end
      if change == "flat" then packages[1].dimensions.height.value = "0" end
      if change == "twice" then packages[2] = packages[1] end
      if change == "serial" then item.serialNumbers = nil end
      if change == "few" then item.serialNumbers = array {} end
      if change == "allowed" then item.serialNumbers = { "A1" } end
      if change == "many" then item.quantity = 9 end
      if change == "line" then item.packageLineItemId = "77" end
      if change == "field" then packages[1].wieght = 1 end
      s:create_packages { packages = packages }
    ]], shipment)
    assert.is_true(says(why, words), why)
    assert.are.equal(0, #support.effects(host, "create_packages"))
  end

  for change, words in pairs({
    light = "packages[1].weight: a package weighs at least 5 grams",
    flat = "packages[1].dimensions: every side must be longer than zero",
    twice = "packages[2].id: another package of the shipment has it",
    serial = "packages[1].packageLineItems[1].serialNumbers: Amazon requires it for this line",
    few = "packages[1].packageLineItems[1].serialNumbers: Amazon requires it for this line",
    allowed = "serialNumbers: Amazon does not allow it for this line",
    many = "9 units of line 0 are packed",
    line = "packageLineItemId: the shipment has no such line",
    field = 'unknown field "wieght" in Package; did you mean "weight"?',
  }) do
    it(("(%s)"):format(change), function() refused(change, words) end)
  end

  it("and a field that no verb knows is named", function()
    begin()
    local why = support.fails(host, "s:generate_labels { shippingOptionID = 'x' }", shipment)
    assert.is_true(says(why, 'did you mean "shippingOptionId"?'), why)
    why = support.fails(host, "s:delivery('1', { subStatus = 'DELIVERED' })", shipment)
    assert.is_true(says(why, "Amazon's carrier reports its delivery itself"), why)
    why = support.fails(host, "s:generate_labels()", shipment)
    assert.is_true(says(why, "the shipment has no packages that need a label"), why)
  end)
end)

describe("a status that nobody knows", function()
  it("is shown as it is, and nothing is sent for that shipment", function()
    begin()
    host.amazon.outside:move(shipment, "CONFIRMED")
    local text = require("sim.shipment_text")
    local of = text.of
    finally(function() text.of = of end)
    text.of = function(...) return (of(...):gsub('"CONFIRMED"', '"TELEPORTED"')) end
    support.run(host, [[
      poll "progress"
      assert(s.state == "unknown" and s.status == "TELEPORTED", s.state)
      local e = s:create_packages { packages = $PACKAGES }
      assert(e.state == "held" and e.why:find "TELEPORTED is unknown", e.why)
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "packages", "1").told)
  end)
end)

describe("writes that are only observed", function()
  it("are planned and never sent", function()
    begin("easy", { writes = "observe" })
    support.run(host, [[
      local e = s:confirm()
      assert(e.state == "planned" and e.why:find "observe", e.why)
      settle()
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "processed").told)
  end)
end)

describe("a person", function()
  it("freezes a location, and what waits goes on when it is thawed", function()
    begin()
    assert.is_true(host:control("freeze", "DEFAULT", "stocktaking"))
    support.run(host, "local e = s:confirm() assert(e.why:find 'frozen', e.why) settle()", shipment)
    assert.are.equal(0, support.told(host, shipment, "processed").told)
    assert.is_true(host:control("thaw", "DEFAULT", "done"))
    support.run(host, "settle()", shipment)
    host:advance("1m")
    assert.are.equal(1, support.told(host, shipment, "processed").applied)
  end)
end)
