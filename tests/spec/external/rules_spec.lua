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
rule { name = "watch", on = "shipment.changed",
  run = function(e) log.info("moved", { from = e.was, to = e.state, same = e.order == nil }) end }
]]

local function begin(where)
  if host then host:close() end
  host = support.host(where, { rules = STEPS })
  shipment = support.shipment(host)
end

describe("rules bring a shipment through its steps", function()
  for _, where in ipairs({ "easy", "flex" }) do
    it(("of %s, event by event"):format(where), function()
      begin(where)
      support.run(host, 'poll "shipments"')
      host:advance("2h")
      support.run(host, 'poll { "shipments", "progress" }')
      host:advance("10m")
      assert.are.equal("SHIPPED", shipment.status)
      for _, effect in ipairs(host:effects()) do
        assert.are.equal("succeeded", effect.state, effect.verb .. ": " .. effect.why)
      end
    end)
  end
end)
