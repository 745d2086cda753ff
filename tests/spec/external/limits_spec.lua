local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local host

local function states(verb)
  return test.count(support.effects(host, verb), "state")
end

-- Four plain shipments, two in each location; the limits stand in the account or at DEFAULT.
local function begin(limits, place)
  if host then host:close() end
  local account = test.seller(4)
  table.remove(account.locations)
  local text = test.project({ account })
  if place == "location" then
    text = text:gsub('%["DEFAULT"%] = {', '%0 limits = ' .. limits .. ",", 1)
  else
    text = text:gsub('program = "external"', 'limits = ' .. limits .. ', %0', 1)
  end
  host = test.host({ accounts = { account }, project = text,
    sim = { speed = "instant", share = require("sim.settings").plain() } })
end

local CONFIRM_ALL = 'poll "shipments" for s in shipments {} do s:confirm() end settle()'

-- "A limit keeps a mistake small: what is above it is held, loudly."
describe("a seller's limit", function()
  it("of the account stops at its number; other verbs go on", function()
    begin('{ confirm = { 3, per = "1d" } }')
    support.run(host, CONFIRM_ALL)
    assert.are.same({ succeeded = 3, held = 1 }, states("confirm"))
    assert.are.equal(3, host:ledger().totals.processed.applied)
    local held
    for _, effect in ipairs(host:effects()) do held = effect.state == "held" and effect or held end
    assert.are.equal("the limit of 3 confirm in 1d of seller is reached; `dray release` it",
      held.why)
    assert.is_true(host:control("release", held.id, "the flood is real"))
    host:advance("10m")
    assert.are.same({ succeeded = 4 }, states("confirm"))
  end)

  it("of a location is that location's own", function()
    begin('{ reject = { 1, per = "1d" } }', "location")
    support.run(host, 'poll "shipments" for s in shipments {} do '
      .. 's:reject { reason = "OUT_OF_STOCK" } end settle()')
    assert.are.same({ succeeded = 3, held = 1 }, states("reject"))
  end)

  it("counts over its time only: a day later there is room again", function()
    begin('{ confirm = { 3, per = "1d" } }')
    support.run(host, CONFIRM_ALL)
    host:advance("25h")
    assert(host.amazon.world:add_shipments("seller", 1))
    support.run(host, CONFIRM_ALL)
    assert.are.same({ succeeded = 4, held = 1 }, states("confirm"))
  end)

  for _, verb in ipairs({ "create_packages", "shipping_options", "generate_invoice",
    "generate_labels", "mark_shipped" }) do
    it("of nothing at all holds every " .. verb, function()
      begin(('{ %s = { 0, per = "1d" } }'):format(verb))
      support.run(host, [[
        poll "shipments"
        local s = shipments {}[1]
        s:process { ship = true, packages = { {
          dimensions = { length = { value = "9", dimensionUnit = "CM" },
            width = { value = "9", dimensionUnit = "CM" },
            height = { value = "9", dimensionUnit = "CM" } },
          weight = { value = "1", weightUnit = "KG" },
        } } }
      ]], nil, "1h")
      local one = support.effect(host, verb)
      assert.are.same({ "held", 0 }, { one.state, one.sends })
      assert.is_true(support.says(one.why, "the limit of 0 " .. verb), one.why)
    end)
  end

  for text, message in pairs({
    ['{ generate_labels = { 3 } }'] = 'limits.generate_labels: expected { COUNT, per = "1d" }',
    ['{ generate_label = { 3, per = "1d" } }'] = 'did you mean "generate_labels"?',
    ['{ floor_deny = { 3, per = "1d" } }'] = 'limits.floor_deny: is a verb of program = "vendor"',
  }) do
    it("that is nonsense is refused at the start: " .. text, function()
      for _, place in ipairs({ "account", "location" }) do
        local ok, why = pcall(begin, text, place)
        assert.is_false(ok)
        assert.is_true(support.says(tostring(why), message), tostring(why))
      end
    end)
  end
end)
