local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local cjson = require("cjson")
local faults = require("sim.faults")
local floor = require("sim.floor")
local test = require("dray.test")

local DEEP = os.getenv("DRAY_TEST_DEEP") ~= nil
-- scripts/test.sh says which build it is; the one with sanitizers is four times slower.
local LONG = DEEP or os.getenv("DRAY_BUILD") == "release"
local ORDERS = LONG and 300 or 100
local SEEDS = DEEP and { 1, 2, 3, 4, 5, 6 } or LONG and { 1, 2, 3 } or { 1 }
local SHARE = { tomorrow = 0, several_lines = 0.3, several_boxes = 0.15, slip = 0.15, gift = 0.1,
  scheduled = 0.05, flip = 0.5 }

local KINDS = {}
for kind in pairs(faults.kinds) do
  KINDS[#KINDS + 1] = kind
end
table.sort(KINDS)

local function read(name)
  local file = assert(io.open(here .. name, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local DAY = read("day.lua")

-- A whole day under these faults, and the quiet night after it.
local function day(seed, rules)
  local host = support.host({ orders = ORDERS, seed = seed, share = SHARE })
  host:write("floor.json", cjson.encode(floor.all(host.amazon)))
  host:faults(rules)
  support.run(host, DAY)
  host:faults({})
  host:advance("2h")
  support.run(host, "poll 'shipped' poll 'cancelled'")
  return host
end

local FINAL = { succeeded = true, failed = true, rejected = true, cancelled = true, held = true }

-- Orders of which an effect is held.
local function held_orders(effects)
  local held = {}
  for _, effect in ipairs(effects) do
    held[effect.order] = held[effect.order] or effect.state == "held"
  end
  return held
end

-- Final, or a person's, or behind what is a person's, or a scan that only its silent transaction
-- could prove.
local function has_ended(effect, held)
  return FINAL[effect.state]
    or effect.state == "waiting" and held[effect.order]
    or effect.kind == "scan" and effect.shown == "assumed"
end

local WHAT = { acknowledge = "acknowledgement", label = "label", ship = "confirmation" }

local function describe_effect(effect)
  return ("%s of %s: %s, %s"):format(effect.verb, effect.order, effect.state, effect.why)
end

-- A confirmation whose answer was lost, and whose label Amazon had made anew meanwhile, was
-- refused: it is not there when it is looked up, and goes once more with the new label.
local function overtaken(told)
  return told.refused == 1 and told.why == "INVALID_TRACKING_NUMBER" and 1 or 0
end

-- What dray says of an effect is what Amazon's ledger says of it.
local function check_effect(host, effect, held)
  assert.is_true(has_ended(effect, held) or false, describe_effect(effect))
  local what = WHAT[effect.kind]
  if not what then
    return
  end
  local told = host.amazon:told(effect.account, effect.order, what)
  if effect.state == "succeeded" then
    assert.is_true(told.applied >= 1, describe_effect(effect))
  elseif effect.state == "failed" or effect.state == "rejected" then
    assert.are.equal(0, told.applied, describe_effect(effect))
  end
  assert.is_true(told.told - told.duplicated - overtaken(told) <= 1,
    describe_effect(effect) .. " was told twice")
end

local STANDS = {
  NEW = { new = true, accepting = true, rejecting = true },
  ACCEPTED = { accepted = true, confirming = true, denying = true },
  SHIPPED = { shipped = true, delivered = true },
  CANCELLED = { rejected = true, denied = true, cancelled = true },
}

-- dray shows an order as Amazon has it, and nothing is both shipped and denied.
local function check_order(host, row)
  local known = host.amazon:order(row.purchaseOrderNumber, row.account)
  assert.is_true(STANDS[known.status][row.state] or false,
    ("%s is %s at Amazon and %s here"):format(row.purchaseOrderNumber, known.status, row.state))
  local told = host.amazon:told(row.account, row.purchaseOrderNumber, "confirmation")
  assert.is_nil(told.SHIPPED and told.FLOOR_DENIAL)
  if known.status == "CANCELLED" then
    assert.are.equal(known.acknowledged == "rejected" and "rejected" or "denied", row.state)
  end
end

local function check_scans(host)
  for _, told_of in pairs(host:ledger().accounts) do
    for _, order in pairs(told_of) do
      for number, count in pairs(order.scans or {}) do
        assert.are.equal(0, count.refused, number)
      end
    end
  end
end

local function check(host)
  local effects = host:effects()
  local held = held_orders(effects)
  for _, effect in ipairs(effects) do
    check_effect(host, effect, held)
  end
  assert.are.equal(ORDERS, #host:orders())
  for _, row in ipairs(host:orders()) do
    check_order(host, row)
  end
  check_scans(host)
end

-- How many faults were played, so that no day counts as survived that met none.
local function played(host)
  local sum = 0
  for _, operation in pairs(host:ledger().operations) do
    sum = sum + operation.faults
  end
  return sum
end

local function most_done(host, share)
  local states = test.count(host:orders(), "state")
  local done = (states.shipped or 0) + (states.delivered or 0) + (states.denied or 0)
    + (states.rejected or 0)
  assert.is_true(done >= share * ORDERS, ("%d of %d orders are done"):format(done, ORDERS))
end

describe("a day ends right", function()
  it("when nothing goes wrong: everything is proved, nothing was said twice", function()
    local host = day(1, {})
    check(host)
    assert.are.same({ succeeded = #host:effects() }, test.count(host:effects(), "state"))
    for _, what in ipairs({ "acknowledgement", "label", "confirmation", "scans" }) do
      local totals = host:ledger().totals[what]
      assert.are.equal(0, totals.refused)
    end
    most_done(host, 1)
    host:close()
  end)

  for _, kind in ipairs(KINDS) do
    it(("although of ten calls one meets %s: %s"):format(kind, faults.kinds[kind]), function()
      for _, seed in ipairs(DEEP and SEEDS or { 1 }) do
        local host = day(seed, { { operation = "*", kind = kind, rate = 0.1 } })
        assert.is_true(played(host) > 0)
        check(host)
        most_done(host, 0.9)
        host:close()
      end
    end)
  end

  for _, seed in ipairs(SEEDS) do
    it(("although everything goes wrong at once, one call in twenty each (seed %d)"):format(seed),
      function()
      local rules = {}
      for i, kind in ipairs(KINDS) do
        rules[i] = { operation = "*", kind = kind, rate = 0.05 }
      end
      local host = day(seed, rules)
      assert.is_true(played(host) > ORDERS)
      check(host)
      most_done(host, 0.5)
      host:close()
    end)
  end
end)
