--- The rules of this project against the simulator, on a clock of their own: `dray test tests`.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local cjson = require("cjson")
local shipment_floor = require("sim.shipment_floor")
local test = require("dray.test")

local function read(name)
  local file = assert(io.open(here .. name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local NODE = { id = "XBLR", program = "seller_flex", country = "IN", zone = "Asia/Kolkata",
  format = "ZPL" }

-- What the environment has when the project runs.
local GIVEN = {
  DRAY_ENDPOINT = '"http://127.0.0.1:8484"',
  DRAY_CLIENT_SECRET = 'file "acme-seller.secret"',
  DRAY_SELLER_TOKEN = 'file "acme-seller.token"',
}

-- A node with two shipments and the rules; `share` says what is special about them.
local function host_with(share)
  local account = test.seller(2)
  account.id, account.client_id = "acme-seller", "amzn1.application-oa2-client.sim"
  account.locations = { NODE }
  local all = require("sim.settings").plain()
  for name, value in pairs(share or {}) do all[name] = value end
  return test.host { accounts = { account }, rules = read("../rules/shipments.lua"),
    project = read("../dray.lua"):gsub('env "([%w_]+)"', GIVEN),
    sim = { speed = "instant", share = all } }
end

local function shipments(host)
  return host.amazon.world.account_list[1].shipment_list
end

local function statuses(host)
  local found = {}
  for i, shipment in ipairs(shipments(host)) do found[i] = shipment.status end
  return found
end

-- What the floor writes down, reported by the project's own script.
local function report(host, decisions)
  decisions = decisions or shipment_floor.all(host.amazon)
  host:write("floor.json", cjson.encode({ shipments = decisions }))
  local result = host:run(read("../floor.lua"))
  assert(result.ok, result.error)
end

local function poll(host, what)
  local result = host:run(("poll %q"):format(what))
  assert(result.ok, result.error)
end

local LABELLED = { "SHIPLABEL_GENERATED", "SHIPLABEL_GENERATED" }

describe("the node", function()
  local host

  after_each(function() host:close() end)

  it("takes on every shipment that the floor packed, and has its invoice and label", function()
    host = host_with()
    poll(host, "shipments")
    host:advance("1h")
    assert.are.same({ "ACCEPTED", "ACCEPTED" }, statuses(host))
    report(host)
    host:advance("2h")
    assert.are.same(LABELLED, statuses(host))
    assert.are.same({ succeeded = 8 }, test.count(host:effects(), "state"))
  end)

  it("tells Amazon serial numbers, origin, value and hazmat labels as the floor scanned them",
    function()
    host = host_with({ serials = 1, origin = 1, value = 1, hazmat = 1, pieces = 1,
      several_lines = 1, several_boxes = 1 })
    report(host) -- before dray has heard of the shipments
    poll(host, "shipments")
    host:advance("2h")
    assert.are.same(LABELLED, statuses(host))
    for _, shipment in ipairs(shipments(host)) do
      for i, package in ipairs(shipment_floor.packages(shipment)) do
        assert.are.same(package, shipment.packages[i].body)
        assert.is_string(package.packageLineItems[1].serialNumbers[1])
      end
    end
    assert.are.same({ succeeded = #host:effects() }, test.count(host:effects(), "state"))
  end)

  it("waits until the last box is packed", function()
    host = host_with({ several_boxes = 1, several_lines = 1 })
    poll(host, "shipments")
    local decisions = shipment_floor.all(host.amazon)
    local one = shipments(host)[1]
    local packages = decisions[one.id].packages
    assert.are.equal(2, #packages)
    local second = table.remove(packages)
    report(host, { [one.id] = decisions[one.id] })
    host:advance("1h")
    assert.are.equal("ACCEPTED", one.status)
    packages[2] = second
    report(host, { [one.id] = decisions[one.id] })
    host:advance("1h")
    assert.are.equal("SHIPLABEL_GENERATED", one.status)
    assert.are.equal(2, #one.packages)
  end)

  it("rejects what it cannot fill", function()
    host = host_with()
    poll(host, "shipments")
    local one = shipments(host)[1]
    report(host, { [one.id] = { decision = "reject" } })
    host:advance("1h")
    assert.are.same({ "CANCELLED", "ACCEPTED" }, statuses(host))
  end)

  it("leaves a shipment alone until it may be packed", function()
    host = host_with({ early = 1 })
    report(host)
    poll(host, "shipments")
    host:advance("1m")
    local early = statuses(host)
    host:advance("4h")
    assert.are_not.same(LABELLED, early)
    assert.are.same(LABELLED, statuses(host))
  end)

  it("hears of a shipment that the customer cancels after its label was made", function()
    host = host_with()
    report(host)
    poll(host, "shipments")
    host:advance("2h")
    assert.is_true(host.amazon.outside:cancel(shipments(host)[1]))
    poll(host, "progress")
    host:advance("1m")
    assert.are.equal(1, test.count(host:log(), "what")["shipment.cancelled"])
    local verdict = host:verdicts("shipment.cancelled")[1]
    assert.are.same({ "pull the parcel of a shipment that was cancelled", "ran" },
      { verdict.rule, verdict.outcome })
  end)
end)
