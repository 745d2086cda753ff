local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local cjson = require("cjson")
local faults = require("sim.faults")
local shipment_floor = require("sim.shipment_floor")
local test = require("dray.test")

local DEEP = os.getenv("DRAY_TEST_DEEP") ~= nil
local SHIPMENTS = DEEP and 60 or 12
local SEEDS = DEEP and { 1, 2, 3, 4 } or { 1 }

-- What this many calls in a hundred meet. A 40 MiB label is tried once, not in every tenth file.
local KINDS = {}
for _, map in ipairs({ faults.kinds, faults.of_shipments }) do
  for kind in pairs(map) do
    if kind ~= "stuck" and kind ~= "false_failure" then -- of transactions: a vendor's matter
      KINDS[#KINDS + 1] = kind
    end
  end
end
table.sort(KINDS)

local function read(name)
  local file = assert(io.open(here .. name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local DAY = read("../../../examples/easy-ship/process.lua")

-- A day of the example under these faults, the quiet hours after it, and the rest of it.
local function day(seed, rules)
  local host = test.host({ accounts = { test.seller(SHIPMENTS) }, seed = seed,
    sim = { speed = "demo", share = { early = 0 }, faults = rules } })
  host:write("floor.json", cjson.encode({ shipments = shipment_floor.all(host.amazon) }))
  local first = host:run(DAY, nil, "2d")
  assert.is_true(first.ok, first.error)
  host:faults({})
  host:advance("2h")
  local second = host:run(DAY, nil, "2d")
  assert.is_true(second.ok, second.error)
  return host
end

local FINAL = { succeeded = true, failed = true, rejected = true, cancelled = true, held = true }

local function check_effects(host)
  local held = {}
  for _, effect in ipairs(host:effects()) do
    held[effect.order] = held[effect.order] or effect.state == "held"
  end
  for _, effect in ipairs(host:effects()) do
    assert.is_true(FINAL[effect.state] or effect.state == "waiting" and held[effect.order] or false,
      ("%s of %s: %s, %s"):format(effect.verb, effect.order, effect.state, effect.why))
  end
end

-- What may not be told twice, by the ledger's section.
local ONCE = { "processed", "packages", "invoice", "shipped" }

local function check_once(host, id, told)
  for _, section in ipairs(ONCE) do
    local counts = told[section] or {}
    for package, count in pairs(counts.told and { counts } or counts) do
      assert.is_true(count.applied <= 1 and count.told - count.duplicated - count.refused <= 1,
        ("%s of %s (%s) was told %d times"):format(section, id, package, count.told))
    end
  end
  assert.is_nil(told.processed and told.processed.CONFIRM and told.processed.REJECT)
  assert.are.equal(0, host.amazon:ledger().files.with_token)
end

local DONE = { SHIPLABEL_GENERATED = true, SHIPPED = true, DELIVERED = true, CANCELLED = true }

local function done(host)
  local count = 0
  for _, shipment in ipairs(host.amazon.world.account_list[1].shipment_list) do
    count = count + (DONE[shipment.status] and 1 or 0)
  end
  return count
end

local function check(host, least)
  check_effects(host)
  for id, told in pairs(host:ledger().accounts.seller or {}) do
    check_once(host, id, told)
  end
  assert.is_true(done(host) >= least * SHIPMENTS, ("%d of %d are done"):format(done(host),
    SHIPMENTS))
end

-- How many faults were played, so that no day counts as survived that met none.
local function played(host)
  local sum = 0
  for _, operation in pairs(host:ledger().operations) do
    sum = sum + operation.faults
  end
  return sum
end

describe("a seller's day ends right", function()
  it("when nothing goes wrong: everything is proved, nothing was said twice", function()
    local host = day(1, {})
    check(host, 1)
    assert.are.same({ succeeded = #host:effects() }, test.count(host:effects(), "state"))
    for what, total in pairs(host:ledger().totals) do
      assert.are.equal(0, what == "labels" and 0 or total.refused, what)
    end
    host:close()
  end)

  for _, kind in ipairs(KINDS) do
    it("although of ten calls one meets " .. kind, function()
      for _, seed in ipairs(SEEDS) do
        local host = day(seed, { { operation = "*", kind = kind,
          rate = kind == "huge" and 0.03 or 0.1 } })
        assert.is_true(played(host) > 0)
        check(host, 0.5)
        host:close()
      end
    end)
  end
end)
