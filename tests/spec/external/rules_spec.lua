local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local host, shipment

-- Each step is an event, so that a restart goes on where the shipment stands.
local STEPS = [[
rule { name = "take it on", on = "shipment.new",
  run = function(e)
    e.shipment:confirm()
    e.shipment:create_packages { packages = { {
      dimensions = { length = { value = "9", dimensionUnit = "CM" },
        width = { value = "9", dimensionUnit = "CM" },
        height = { value = "9", dimensionUnit = "CM" } },
      weight = { value = "1", weightUnit = "KG" },
    } } }
  end }
rule { name = "ask for slots", on = "package.created",
  run = function(e) e.shipment:shipping_options(e.package) end }
rule { name = "choose one", on = "options.ready",
  run = function(e)
    local options = e.shipment:options(e.package)
    if e.shipment.invoice_required then e.shipment:generate_invoice() end
    e.shipment:generate_labels { packageIds = { e.package },
      shippingOptionId = options.recommended and options.recommended.shippingOptionId }
  end }
rule { name = "ship what is labelled", on = "label.ready",
  run = function(e) e.shipment:mark_shipped(e.package) end }
rule { name = "begin anew at the options", on = "label.void",
  run = function(e)
    for _, package in ipairs(e.shipment.packages) do e.shipment:shipping_options(package.id) end
  end }
rule { name = "look for another slot", on = "effect.held",
  when = function(e) return e.effect.verb == "generate_labels" and e.effect.why:find "^422" end,
  run = function(e) e.shipment:shipping_options(e.shipment.packages[1].id, { again = true }) end }
rule { name = "watch", on = "shipment.changed",
  run = function(e) log.info("moved", { from = e.was, to = e.state, same = e.order == nil }) end }
]]

-- Without the last step, for shipments that go back.
local UNSHIPPED = STEPS:gsub('rule { name = "ship what is labelled".-end }\n', "")

local function begin(where, options)
  if host then host:close() end
  host = support.host(where, options or { rules = STEPS })
  shipment = support.shipment(host)
end

local function look()
  support.run(host, 'poll { "shipments", "progress" }')
  host:advance("10m")
end

local function all_succeeded()
  for _, effect in ipairs(host:effects()) do
    assert.are.equal("succeeded", effect.state, effect.verb .. ": " .. effect.why)
  end
end

describe("rules bring a shipment through its steps", function()
  for _, where in ipairs({ "easy", "flex" }) do
    it(("of %s, event by event"):format(where), function()
      begin(where)
      support.run(host, 'poll "shipments"')
      host:advance("2h")
      look()
      assert.are.equal("SHIPPED", shipment.status)
      all_succeeded()
    end)
  end

  it("of Self Ship, too, and a restart after each minute changes nothing", function()
    begin("self", { rules = STEPS, disk = true })
    support.run(host, 'poll "shipments"')
    for _ = 1, 12 do
      host:advance("1m")
      host:restart()
    end
    look()
    assert.are.equal("SHIPPED", shipment.status)
    for _, what in ipairs({ "processed", "packages", "labels", "shipped" }) do
      local package = what ~= "processed" and "P1" or nil
      assert.are.equal(1, support.told(host, shipment, what, package).applied, what)
    end
    all_succeeded()
  end)

  it("from where another tool moved it, several steps at once", function()
    begin("easy")
    host.amazon.outside:move(shipment, "PACKAGE_CREATED")
    look()
    host:advance("1h")
    assert.are.equal("SHIPPED", shipment.status)
    assert.are.equal(0, support.told(host, shipment, "packages", "P1").told)
  end)
end)

describe("rules lead a shipment back", function()
  for _, sub_status in ipairs({ "LABEL_CANCELED", "PENDING_SCHEDULE" }) do
    it(("to a new slot and a new label when Amazon took its label back (%s)"):format(sub_status),
      function()
      begin("easy", { rules = UNSHIPPED })
      look()
      host:advance("1h")
      look()
      local first = shipment.packages[1].label.tracking
      assert.is_true(host.amazon.outside:take_label_back(shipment, sub_status))
      look()
      host:advance("1h")
      assert.are_not.equal(first, shipment.packages[1].label.tracking)
      assert.are.equal(2, #support.effects(host, "generate_labels"))
      all_succeeded()
    end)
  end

  it("when a package is changed: options, invoice and label are made anew", function()
    begin("easy", { rules = UNSHIPPED })
    look()
    host:advance("1h")
    support.run(host, [[s:update_package("P1", { weight = { value = "2", weightUnit = "KG" } })]],
      shipment)
    host:advance("1h")
    assert.are.equal("SHIPLABEL_GENERATED", shipment.status)
    assert.are.equal(1, shipment.packages[1].voided)
    assert.are.equal(2, #support.effects(host, "generate_invoice"))
    all_succeeded()
  end)

  it("to another slot when the one that was chosen is gone", function()
    -- Half a day later the first slots have begun, and others are offered.
    begin("easy", { rules = (UNSHIPPED:gsub('on = "effect.held",', '%0 hold = "12h",')) })
    host:faults({ { operation = "generateShipLabels", kind = "unprocessable", nth = { 1 } } })
    look()
    host:advance("13h")
    assert.are.equal("SHIPLABEL_GENERATED", shipment.status)
    assert.are.equal(2, #support.effects(host, "shipping_options"))
    local labels = support.effects(host, "generate_labels")
    assert.are.same({ "cancelled", "succeeded" }, { labels[1].state, labels[2].state })
  end)
end)
