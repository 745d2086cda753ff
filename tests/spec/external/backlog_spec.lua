local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local cjson = require("cjson")
local settings = require("sim.settings")
local shipment_floor = require("sim.shipment_floor")
local test = require("dray.test")

local DEEP = os.getenv("DRAY_TEST_DEEP") ~= nil
local SHIPMENTS = DEEP and 500 or 60

local function read(name)
  local file = assert(io.open(here .. name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- Plain shipments of one location, at Amazon's one call a second, and the script of the bench.
local function backlog()
  local account = test.seller(SHIPMENTS)
  account.locations = { account.locations[2] }
  local host = test.host({ accounts = { account },
    sim = { speed = "instant", share = settings.plain() } })
  host:write("floor.json", cjson.encode({ shipments = shipment_floor.all(host.amazon) }))
  local begun = host:now()
  local result = host:run(read("../../bench/shipments.lua"), nil, "1d")
  assert.is_true(result.ok, result.error)
  return host, (host:now() - begun) / 1000
end

describe("a backlog of shipments", function()
  local host, seconds, operations

  setup(function()
    host, seconds = backlog()
    operations = host:ledger().operations
  end)

  teardown(function() host:close() end)

  it("leaves as fast as one call a second of each operation allows, and no faster", function()
    local process = operations.processShipment
    local span = (process.last_ms - process.first_ms) / 1000
    assert.are.equal(SHIPMENTS, process.calls)
    assert.is_true(span <= 1.03 * (SHIPMENTS - 1), span .. " s")
    for name, operation in pairs(operations) do
      assert.are.equal(0, operation.throttled, name)
    end
    -- Twenty seconds for the way of the last one through its steps.
    assert.is_true(seconds <= (DEEP and 1.05 * SHIPMENTS or SHIPMENTS + 20), seconds .. " s")
  end)

  it("costs each of the six steps once, and a share of the lists", function()
    local calls = 0
    for name, operation in pairs(operations) do
      calls = calls + ((name == "labelFile" or name == "lwaToken") and 0 or operation.calls)
    end
    assert.is_true(calls <= 6.75 * SHIPMENTS, calls / SHIPMENTS .. " calls each")
    for id, told in pairs(host:ledger().accounts.seller) do
      assert.are.equal(1, told.processed.applied, id)
    end
    assert.are.same({ succeeded = #host:effects() }, test.count(host:effects(), "state"))
  end)
end)
