local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local test = require("dray.test")

local says = support.says

local function run(text) return 'rule { name = "r", ' .. text .. ", run = function(e) end }" end

-- A project with a printer and somebody who is told.
local PRINTS = { project = test.project({ test.account(2) }) .. [[
printer "dock" { command = { "true" }, formats = { "ZPL" } }
notify "desk" { command = { "true" } }
rules "rules/*.lua"
]] }

-- "A mistake in a rule is found when it is written, not on the day it is needed."
describe("a mistake in a rule", function()
  local cases = {
    { [[rule { name = "r", on = "packed", hodl = "1m", run = function(e) end }]],
      'rules/rules.lua:1: rule "r": unknown key "hodl" (did you mean "hold"?)' },
    { [[rule { name = "r", on = "packd", run = function(e) end }]],
      'rule "r": on: unknown event "packd" (did you mean "packed"?)' },
    { [[rule { name = "r", all = { "packed", "piked_up" }, run = function(e) end }]],
      'rule "r": all: unknown event "piked_up" (did you mean "picked_up"?)' },
    { [[rule { name = "r", on = "packed", hold = "30 minuets", run = function(e) end }]],
      'rule "r": hold:' },
    { [[rule { name = "r", on = "packed", timeout = "0s", run = function(e) end }]],
      'rule "r": timeout: must be longer than nothing' },
    { [[rule { name = "r", on = "packed" }]], 'rule "r": run: missing' },
    { [[rule { on = "packed", run = function(e) end }]], "rule: name: missing" },
    { [[rule { name = "r", run = function(e) end }]],
      'rule "r": says not when it applies: on, all, every or cron' },
    { [[rule { name = "r", on = "packed", all = "packed", run = function(e) end }]],
      'rule "r": has both on and all' },
    { [[rule { name = "r", on = "packed", where = { warehouse = "DEL5" }, run = function(e) end }]],
      'where.warehouse: unknown warehouse "DEL5" (did you mean "DEL4"?)' },
    { [[rule { name = "r", on = "packed", where = { account = "acne" }, run = function(e) end }]],
      'where.account: unknown account "acne" (did you mean "acme"?)' },
    { [[rule { name = "r", on = "packed", where = { labels = "amazn" }, run = function(e) end }]],
      'unknown kind of labels "amazn" (did you mean "amazon"?)' },
    { [[rule { name = "r", on = "packed", when = "always", run = function(e) end }]],
      'rule "r": when: expected a function, got "always"' },
    { [[rule { name = "r", on = "packed", approve = "yes", run = function(e) end }]],
      'rule "r": approve: expected true or false, got "yes"' },
    { [[rule { name = "r", every = { "1d", at = "07:30", zone = "America/Chicgo" },
      run = function(e) end }]], "America/Chicgo" },
    { [[rule { name = "r", every = { "1d", att = "07:30" }, run = function(e) end }]],
      'rule "r": every: unknown key "att" (did you mean "at"?)' },
    { [[rule { name = "r", every = { "1d" }, hold = "5m", run = function(e) end }]],
      'rule "r": hold: is for rules with on or all' },
    { [[rule { name = "r", every = { "1d", at = "07:30", days = "mon-fry" },
      run = function(e) end }]],
      'rule "r": every.days: there is no weekday "fry"; did you mean "fri"?' },
    { [[rule { name = "r", cron = "5 8 * * mon-fry", run = function(e) end }]],
      'rule "r": cron: there is no weekday "fry"; did you mean "fri"?' },
    { [[rule { name = "r", on = "packed", where = { program = "vendr" }, run = function(e) end }]],
      'where.program: unknown program "vendr" (did you mean "vendor"?)' },
    { [[rule { name = "r", on = "packed", data = { f = print }, run = function(e) end }]],
      'rule "r": data: f: a function is no value' },
    { [[rule { name = "r", on = "packed", data = { 1, 2 }, run = function(e) end }]],
      'rule "r": data: expected a table with names, not a list' },
    { "local x = 1\n" .. [[rule { name = "r", on = "label.ready", run = function(e)
        e.document:print "dok" end }]],
      'rules/rules.lua:3: print: dray.lua names no printer "dok" (did you mean "dock"?)' },
    { [[rule { name = "r", on = "packed", run = function(e) notify("dsk", "x") end }]],
      'rules/rules.lua:1: notify: dray.lua names no notify "dsk" (did you mean "desk"?)' },
    { [[rule { name = "r", on = "packed", run = function(e) e.order:reject { code = "99" } end }]],
      'rules/rules.lua:1: reject: code: Amazon knows no acknowledgement code "99"' },
    { [[rule { name = "r", on = "packed", run = function(e)
        e.order:scan { trackingNumber = "1", meaning = "DELIVRED" } end }]],
      'scan: meaning: Amazon knows no scan "DELIVRED" (did you mean "DELIVERED"?)' },
    { [[rule "r"]], "rule: expected rule { ... }, got a string" },
    { [[rule { name = "r" on = "packed" }]], "rules/rules.lua:1:" },
    { [[local x = nothing_like_this]], 'unknown word "nothing_like_this"' },
    { [[sleep(1)]], "a file that loads may neither wait nor act" },
    { [[while true do end]], "ran too long" },
    { [[error({})]], "rules" },
    { [[local t = {} t.t = t rule(t)]], "rule" },
  }
  for _, case in ipairs(cases) do
    it("is said with its place: " .. case[2], function()
      local message = support.mistakes(case[1], PRINTS)
      assert.is_true(says(message, case[2]), message)
    end)
  end

  it("does not hide the others of the same rule", function()
    local message = support.mistakes [[rule { nam = "r", on = "packd", hold = true }]]
    for _, part in ipairs { 'unknown key "nam" (did you mean "name"?)', "name: missing",
        "run: missing", 'unknown event "packd"', "hold: expected a text, got true" } do
      assert.is_true(says(message, part), message)
    end
  end)

  it("does not hide the others of its schedule and its `where`", function()
    local message = support.mistakes [[
rule { name = "r", every = { "1d", att = "7:3", at = "25:00", days = "mon-fry", zone = "Xx",
  except = "none.txt" }, where = { account = "acne", warehouse = "DEL5" }, run = function(e) end }]]
    for _, part in ipairs { 'unknown key "att"', 'every.at: there is no time of day "25:00"',
        'there is no weekday "fry"', 'there is no time zone "Xx"', "none.txt: No such file",
        'unknown account "acne"', 'unknown warehouse "DEL5"' } do
      assert.is_true(says(message, part), message)
    end
  end)

  it("is no mistake where a name only looks like one, or is put together", function()
    local host = support.host([==[
-- e.document:print "no"  --[[ notify("no") ]]
local text = [[ :print "no" ]] .. 'notify("no", "x")' .. "\"" .. ':print "no"'
local own = { notify = function(_, who) return who end }
rule { name = "r", on = "packed", run = function(e)
  own:notify("no") own.notify(own, "no") local pin = "do" .. "ck" e.document:print("do" .. "ck")
  notify("desk" .. 1, "x") e.order:reject { code = "0" .. 3, other = { code = "99" } }
end }]==], PRINTS)
    host:close()
  end)

  it("in a file that is used is told once, with its own place", function()
    local use = 'local help = use "help"\n'
    local message = support.mistakes({
      ["a.lua"] = use .. run 'on = "packed"', ["b.lua"] = use,
      ["help.lua"] = 'return function(d)\n  d:print "dok"\nend' }, PRINTS)
    assert.equal('rules/help.lua:2: print: dray.lua names no printer "dok" (did you mean "dock"?)',
      message:match("rules/help.*"))
    assert.equal(1, select(2, message:gsub('"dok"', "")))
  end)

  it("does not hide the others, in this file or another", function()
    local message = support.mistakes {
      ["a.lua"] = run 'on = "nothing"' .. "\n" .. run 'on = "packed", hodl = 1',
      ["b.lua"] = "rule {",
      ["c.lua"] = run 'on = "packed"',
    }
    for _, part in ipairs { 'rules/a.lua:1: rule "r": on: unknown event "nothing"',
        'rules/a.lua:2: rule "r": unknown key "hodl"', "rules/b.lua:1:" } do
      assert.is_true(says(message, part), message)
    end
  end)

  it("is a name that two rules have, wherever they stand", function()
    local rule = run 'on = "packed"'
    local message = support.mistakes { ["a.lua"] = rule, ["b.lua"] = rule }
    assert.is_true(says(message, 'rules/b.lua:1: rule "r": stands at rules/a.lua:1 too'), message)
  end)

  it("keeps the rules as they were when they are read again", function()
    local host = support.host(run 'on = "packed"')
    local order = support.order(host).purchaseOrderNumber
    host:write("rules/rules.lua", run 'on = "paked"')
    local ok, message = host:reload()
    assert.is_nil(ok)
    assert.is_true(says(message, 'did you mean "packed"?'), message)
    host:tell("packed", order)
    assert.are.equal(1, #support.runs(host, "r"))
    host:close()
  end)
end)

describe("a file that is used", function()
  local function fails(files, part)
    local message = support.mistakes(files)
    assert.is_true(says(message, part), message)
  end

  it("gives its functions to the rules beside it, and is loaded once", function()
    local host = support.host {
      ["rules.lua"] = [[
local a, b = use "helpers", use "helpers"
assert(a == b and a.gift)
rule { name = "r", on = "packed", when = a.gift, run = function(e) end }]],
      ["helpers.lua"] = [[
local helpers = {}
function helpers.gift(e) return e.order.gift end
return helpers]],
    }
    local order = support.order(host).purchaseOrderNumber
    host:tell("packed", order)
    assert.are.equal("no", host:verdicts("packed", order)[1].outcome)
    assert.are.equal(3, host:verdicts("packed", order)[1].line)
    host:close()
  end)

  it("lies beside its rule file and nowhere else", function()
    fails([[use "../dray"]], "use: expected the name of a file beside this one")
    fails([[use "/etc/passwd"]], "use: expected the name of a file beside this one")
    fails([[use "nobody"]], "rules/nobody.lua cannot be read")
  end)

  it("holds no rules, and does not use itself", function()
    fails({ ["a.lua"] = [[use "b"]], ["b.lua"] = run 'on = "packed"' },
      "a file that is used holds no rules")
    fails({ ["a.lua"] = [[use "b"]], ["b.lua"] = [[use "b"]] }, "b.lua uses itself")
  end)

  it("is only loaded while the rules load", function()
    local host = support.host(run 'on = "order.new"' .. [[
rule { name = "late", on = "packed", run = function(e) use "helpers" end }]])
    host:tell("packed", support.order(host).purchaseOrderNumber)
    assert.is_true(says(support.runs(host, "late")[1].error, "only while the file loads"))
    host:close()
  end)
end)

describe("rules that are read again", function()
  it("answer the next event; runs end on the version they began with", function()
    local host = support.host [[
rule { name = "r", on = "packed", run = function(e) sleep("10m") e.order:accept() end }]]
    local order = support.order(host)
    host:tell("packed", order.purchaseOrderNumber)
    host:write("rules/rules.lua", [[
rule { name = "r", on = "packed", run = function(e) e.order:reject { code = "03" } end }]])
    assert(host:reload())
    host:tell("packed", support.order(host, "BER3").purchaseOrderNumber)
    assert.are.equal("reject", host:effects()[1].verb)
    host:advance "10m"
    assert.are.equal("accept", host:effects()[2].verb)
    assert.are.equal(2, #support.runs(host, "r"))
    host:close()
  end)

  it("may have lost one that runs", function()
    local host = support.host(run 'on = "order.new"' .. [[
rule { name = "gone", on = "packed", run = function(e) sleep("10m") end }]])
    host:tell("packed", support.order(host).purchaseOrderNumber)
    host:write("rules/rules.lua", run 'on = "order.new"')
    assert(host:reload())
    host:advance "10m"
    assert.are.equal("done", support.runs(host, "gone")[1].state)
    host:close()
  end)
end)
