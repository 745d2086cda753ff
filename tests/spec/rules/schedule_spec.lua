local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local host

local function begin(rules, options)
  if host then host:close() end
  host = support.host(rules, options)
end

teardown(function()
  if host then host:close() end
end)

-- The instants for which a rule ran, "11-23T09:00", and how each run ended.
local function fires(rule)
  local at = {}
  for _, entry in ipairs(host:log()) do
    if entry.what == "rule.due" and entry.detail.rule == rule then
      at[#at + 1] = entry.detail.at:sub(6, 16) .. (entry.detail.late and " late" or "")
    end
  end
  return at
end

local HOURLY = [[
rule {
  name = "hourly",
  every = { "1h", from = "09:00", to = "12:00" },
  run = function(e) log.info("hourly", { at = e.at }) end,
}]]

-- The clock of a host begins at 2026-11-23T08:00Z, a Monday.
describe("a rule with a schedule", function()
  it("runs at each of its times, and at no other", function()
    begin(HOURLY)
    host:advance "2d"
    assert.are.same({ "11-23T09:00", "11-23T10:00", "11-23T11:00", "11-24T09:00", "11-24T10:00",
      "11-24T11:00" }, fires("hourly"))
    assert.are.equal(6, #support.runs(host, "hourly"))
  end)

  it("knows the clocks of its zone, its weekdays and the holidays of the house", function()
    begin({ ["rules.lua"] = [[
rule {
  name = "morning list",
  every = { "1d", at = "07:30", days = "mon-fri", except = "rules/holidays.txt",
    zone = "America/Chicago" },
  run = function() end,
}]], ["holidays.txt"] = "2026-11-26 Thanksgiving Day\n" })
    host:advance "7d"
    assert.are.same({ "11-23T13:30", "11-24T13:30", "11-25T13:30", "11-27T13:30" },
      fires("morning list"))
  end)

  it("may be written as cron", function()
    begin [[rule { name = "nightly", cron = "5 22 * * mon-fri", zone = "Europe/Berlin",
      run = function() end }]]
    host:advance "3d"
    assert.are.same({ "11-23T21:05", "11-24T21:05", "11-25T21:05" }, fires("nightly"))
  end)

  it("sees orders and plans effects as any other rule", function()
    begin [[rule { name = "accept", every = { "15m" },
      run = function() for order in orders { state = "new" } do order:accept() end end }]]
    host:advance "20m"
    assert.are.equal(2, #host:effects())
    host:advance "1h"
    assert.are.equal(2, #host:effects())
  end)

  it("is not run beside itself: what comes due meanwhile is left out", function()
    begin [[rule { name = "slow", every = { "15m" }, run = function() sleep "40m" end }]]
    host:advance "100m"
    assert.are.same({ "11-23T08:15", "11-23T09:00" }, fires("slow"))
  end)

  it("that fails is tried again, and what comes due meanwhile is left out", function()
    begin [[rule { name = "fails", every = { "1h" }, run = function()
      if iso(now()) < "2026-11-23T09:03" then error("not yet") end
    end }]]
    host:advance "10m"
    assert.are.equal(0, #fires("fails"))
    host:advance "3h"
    local outcomes = {}
    for i, run in ipairs(support.runs(host, "fails")) do outcomes[i] = run.state end
    assert.are.same({ "11-23T09:00", "11-23T10:00", "11-23T11:00" }, fires("fails"))
    assert.are.equal("failed", outcomes[1])
    assert.are.equal("done", outcomes[#outcomes])
  end)
end)

describe("a schedule over a restart", function()
  local function away(duration)
    host:jump(duration)
    host:restart()
    host:advance "1s"
  end

  it("is not due twice for one instant", function()
    begin(HOURLY, { disk = true })
    host:advance "65m"
    host:restart()
    host:advance "1m"
    assert.are.same({ "11-23T09:00" }, fires("hourly"))
  end)

  it("catches up on the latest instant only, and says that it is late", function()
    begin(HOURLY, { disk = true })
    away "150m"
    assert.are.same({ "11-23T10:00 late" }, fires("hourly"))
    host:advance "1h"
    assert.are.same({ "11-23T10:00 late", "11-23T11:00" }, fires("hourly"))
  end)

  it("lets go what is over an hour old", function()
    begin([[rule { name = "daily", every = { "1d", at = "09:00" }, run = function() end }]],
      { disk = true })
    away "3h"
    assert.are.same({}, fires("daily"))
    host:advance "22h"
    assert.are.same({ "11-24T09:00" }, fires("daily"))
  end)

  it("is a new one when its words have changed: nothing of it is in the past", function()
    begin(HOURLY, { disk = true })
    host:write("rules/rules.lua", (HOURLY:gsub("1h", "30m")))
    away "75m"
    assert.are.same({}, fires("hourly"))
    host:advance "20m"
    assert.are.same({ "11-23T09:30" }, fires("hourly"))
  end)
end)

describe("the words of a schedule", function()
  local function check(head, ...)
    local text = ('rule { name = "x", %s, run = function() end }'):format(head)
    local said = support.mistakes(text)
    for _, part in ipairs { ... } do
      assert.is_true(support.says(said, part), said)
    end
  end

  it("are checked when the rule is loaded, and each mistake is told with its place", function()
    check('every = { "1h", days = "mon-fir", zone = "America/Chicgo" }',
      'rules/rules.lua:1: rule "x": every.days: there is no weekday "fir"; did you mean "fri"?',
      'rules/rules.lua:1: rule "x": every.zone: there is no time zone "America/Chicgo"; '
        .. 'did you mean "America/Chicago"?')
    check('every = { "1 hour" }', 'every: expected a duration such as')
    check('every = { "1d", at = { "07:30", "7h" } }', 'every.at: expected a time of day')
    check('every = { "1h", from = "8" }', 'every.from: expected a time of day')
    check('every = { "1d", "07:30" }', 'did you mean at = "07:30"?')
    check('every = { at = "07:30" }', 'every: expected { "15m" }')
    check('every = { "1h", form = "08:00" }', 'unknown key "form"')
    check('every = { "1d", except = "rules/none.txt" }', "every.except: ", "none.txt")
    check('every = { "1d", except = "../none.txt" }', "every.except: expected a file in the")
    check('cron = "0 6 * * mon-fir"', 'cron: there is no weekday "fir"; did you mean "fri"?')
    check('cron = "0 6 30 2 *"', "cron: there is no such day in any year")
    check('cron = "0 6 * * *", zone = "Berlin"', 'zone: there is no time zone "Berlin"')
  end)

  it("never show what stands in a file that is no list of dates", function()
    local said = support.mistakes({ ["rules.lua"] =
      'rule { name = "x", every = { "1d", except = "acme.secret" }, run = function() end }' })
    assert.is_true(support.says(said, "acme.secret:1: expected a date"))
    assert.is_nil(said:find('"secret"', 1, true))
  end)
end)
