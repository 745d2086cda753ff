local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local host, shipment

local function begin(where, options)
  if host then host:close() end
  host, shipment = support.begin(where, options)
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
      s:generate_invoice()
      s:generate_labels { shippingOptionId = options[2].shippingOptionId }
      s:mark_shipped(id)
      local counts = settle()
      assert(counts.succeeded == 6, "not all of them succeeded")
      assert(s.state == "shipped", s.state)
      assert(#s.labels == 1 and s:invoice().format == "PDF")
    ]], shipment)
    assert.are.equal("SHIPPED", shipment.status)
  end)
end)
