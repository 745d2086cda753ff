--- The rules of this project against the simulator, on a clock of their own: `dray test tests`.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local test = require("dray.test")

local function read(name)
  local file = assert(io.open(here .. name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local NODE = { id = "XBLR", program = "seller_flex", country = "IN", zone = "Asia/Kolkata",
  format = "ZPL" }

-- A node with two plain shipments and the rules.
local function host_with(share)
  local account = test.seller(2)
  account.locations = { NODE }
  share = share or {}
  for name in pairs(require("sim.settings").plain()) do
    share[name] = share[name] or 0
  end
  return test.host { accounts = { account }, rules = read("../rules/shipments.lua"),
    sim = { speed = "instant", share = share } }
end

local function statuses(host)
  local found = {}
  for _, shipment in ipairs(host.amazon.world.account_list[1].shipment_list) do
    found[#found + 1] = shipment.status
  end
  return found
end

describe("the node", function()
  local host

  after_each(function() host:close() end)

  it("takes on every shipment, packs it, and has its invoice and label", function()
    host = host_with()
    assert(host:run('poll "shipments"').ok)
    host:advance("2h")
    assert.are.same({ "SHIPLABEL_GENERATED", "SHIPLABEL_GENERATED" }, statuses(host))
    assert.are.same({ succeeded = 8 }, test.count(host:effects(), "state"))
  end)

  it("leaves a shipment alone until it may be packed", function()
    host = host_with({ early = 1 })
    assert(host:run('poll "shipments"').ok)
    host:advance("1m")
    local early = statuses(host)
    host:advance("4h")
    assert.are_not.same({ "SHIPLABEL_GENERATED", "SHIPLABEL_GENERATED" }, early)
    assert.are.same({ "SHIPLABEL_GENERATED", "SHIPLABEL_GENERATED" }, statuses(host))
  end)

  it("hears of a shipment that the customer cancels after its label was made", function()
    host = host_with()
    assert(host:run('poll "shipments"').ok)
    host:advance("2h")
    local shipment = host.amazon.world.account_list[1].shipment_list[1]
    assert.is_true(host.amazon.outside:cancel(shipment))
    assert(host:run('poll "progress"').ok)
    local counts = test.count(host:log(), "what")
    assert.are.equal(1, counts["shipment.cancelled"])
  end)
end)
