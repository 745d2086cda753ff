--- The project file is read again with the rules: all of it counts from then on, or nothing does.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local says = support.says

local host, account, base

local RULES = 'rule { name = "note", on = "packed", run = function(e) end }'

-- A host with two warehouses whose dray.lua ends with `more`.
local function begin(more, options)
  if host then host:close() end
  account = test.account(2)
  base = test.project({ account }) .. 'rules "rules/*.lua"\n'
  host = support.host((options or {}).rules or RULES, {
    project = base .. (more or ""), accounts = { account } })
end

-- dray.lua with some of its text changed; `more` stands at its end.
local function write(more, from, to)
  local text, count = base, 1
  if from then text, count = base:gsub(from, to) end
  assert(count > 0, "dray.lua has no " .. tostring(from))
  host:write("dray.lua", text .. (more or ""))
end

local function renew(...)
  write(...)
  assert(host:reload())
end

-- Nothing changes, and the reason is said.
local function refused(wanted, ...)
  write(...)
  local ok, message = host:reload()
  assert.is_nil(ok)
  assert.is_true(says(message, wanted), message)
end

teardown(function() host:close() end)

describe("dray.lua that is read again while dray works", function()
  it("brings rules of other folders", function()
    begin()
    assert(os.execute(("mkdir -p '%s/night'"):format(host.folder)))
    host:write("night/late.lua", 'rule { name = "late", on = "packed", run = function(e) end }')
    renew('rules "night/*.lua"\n')
    host:event("packed", support.order(host).purchaseOrderNumber)
    host:work()
    assert.equal("done", support.runs(host, "late")[1].state)
    assert.equal("done", support.runs(host, "note")[1].state)
  end)

  it("takes folders of rules away", function()
    begin('rules "rules/*.lua"\n')
    renew(nil, 'rules "rules/%*.lua"', 'rules "night/*.lua"')
    host:event("packed", support.order(host).purchaseOrderNumber)
    host:work()
    assert.equal(0, #host:runs())
  end)

  it("declares events that rules listen to and the floor reports", function()
    begin()
    local po = support.order(host).purchaseOrderNumber
    assert.is_nil((host:event("damaged", po, { what = "corner" })))
    host:write("rules/rules.lua", 'rule { name = "see", on = "damaged", run = function(e) end }')
    refused('unknown event "damaged"')
    renew 'event "damaged" { fields = { what = "text" } }\n'
    host:event("damaged", po, { what = "corner" })
    host:work()
    assert.equal(1, #support.runs(host, "see"))
  end)

  it("reads other feeds, and a file that was half read from its beginning", function()
    begin 'feed "gate" { files = "inbox/gate/*.csv", event = "picked_up" }\n'
    host:feeds()
    local po = support.order(host).purchaseOrderNumber
    renew 'feed "door" { files = "inbox/door/*.csv", event = "picked_up" }\n'
    assert(os.execute(("mkdir -p '%s/inbox/gate' '%s/inbox/door'"):format(host.folder,
      host.folder)))
    host:write("inbox/gate/a.csv", "order\n" .. po .. "\n")
    host:advance("1m")
    assert.is_nil(test.count(host:log(po), "what").picked_up)
    host:write("inbox/door/a.csv", "order\n" .. po .. "\n")
    host:advance("1m")
    assert.equal(1, test.count(host:log(po), "what").picked_up)
  end)

  it("names who is told, and who is not any more", function()
    begin('notify "desk" { command = { "true" } }\n', { rules = [[
local who = "boss" -- a name that is put together is only known when the rule runs
rule { name = "tell", on = "packed", run = function(e) notify(who, "x") end }]] })
    local po = support.order(host).purchaseOrderNumber
    host:event("packed", po)
    host:work()
    assert.is_true(says(support.runs(host, "tell")[1].error, 'no notify "boss"'))
    renew 'notify "boss" { command = { "true" } }\n'
    host:advance("10m")
    assert.equal("done", support.runs(host, "tell")[2].state)
    assert.equal("boss", host:notices()[1].to)
  end)

  it("prints where printers are now; what waits for one that is gone is held", function()
    local tray = os.tmpname()
    finally(function() os.remove(tray) end)
    local function printer(name, command)
      return ('printer %q { command = { %s }, formats = { "ZPL", "PNG" } }\n'):format(name, command)
    end
    begin(printer("dock", '"/no/such/program"'), { rules = [[
rule { name = "accept", on = "order.new", where = { warehouse = "DEL4" },
  run = function(e) e.order:accept() e.order:request_label() end }
local where = "dock"
rule { name = "print", on = "label.ready",
  run = function(e) for _, l in ipairs(e.order.labels) do l:print(where) end end }]] })
    host:advance "2h"
    local order = support.order(host)
    assert.equal("ready", support.effect(host, order, "print").state)
    renew(printer("dock", ('"tee", %q'):format(tray)))
    host:advance "10m"
    assert.equal("accepted", support.effect(host, order, "print").state)
    renew(printer("gate", '"/no/such/program"'))
    support.run(host, [[for _, l in ipairs(order("$PO").labels) do
      l:print("gate", { copy = 2 }) end]], order)
    renew(printer("dock", ('"tee", %q'):format(tray)))
    host:advance "10m"
    local held = support.effect(host, order, "print")
    assert.equal("held", held.state)
    assert.is_true(says(support.story(host, order), "names no such printer any more"))
  end)

  it("sets limits, rates and warnings anew", function()
    begin()
    local text = 'limits = { accept = { 1, per = "1d" } }, deadlines = { ship = "5h" }, '
      .. 'rates = { getOrders = { rate = 2 } },\n  program'
    renew(nil, "program", text)
    support.run(host, "for o in orders {} do o:accept() end settle()")
    local states = test.count(host:effects(), "state")
    assert.equal(1, states.succeeded)
    assert.equal(1, states.held)
  end)

  it("asks a list sooner that was asked seldom", function()
    begin()
    renew(nil, "program", 'poll = { orders = "1h" },\n  program')
    host:ask_lists()
    host:advance "10m"
    local po = host:add_orders(1)[1]
    host:advance "10m"
    assert.is_nil(support.row(host, { purchaseOrderNumber = po, account = "acme" }))
    renew(nil, "program", 'poll = { orders = "1m" },\n  program')
    host:advance "1m"
    assert.is_truthy(support.row(host, { purchaseOrderNumber = po, account = "acme" }))
  end)

  it("lets a warehouse that only observed send, and stops one that is to observe", function()
    begin()
    renew(nil, '"live"', '"observe"')
    local order = support.order(host)
    support.run(host, "order('$PO'):accept() settle()", order)
    assert.equal("planned", support.effect(host, order, "accept").state)
    assert.equal(0, #support.received(host, order, "submitAcknowledgement"))
    renew()
    assert(host:control("release", support.effect(host, order, "accept").id, "we are live"))
    support.run(host, "settle()")
    host:advance "10m"
    assert.equal("succeeded", support.effect(host, order, "accept").state)
  end)

  it("changes nothing when it has a mistake", function()
    begin('notify "desk" { command = { "true" } }\n', { rules = [[
rule { name = "here", on = "packed", where = { warehouse = "DEL4" }, run = function(e) end }]] })
    refused('dray.lua:', 'notify "boss" { comand = { "true" } }\n')
    refused('unknown word "printr"', 'printr "x" {}\n')
    refused('where.warehouse: unknown warehouse "DEL4"', nil, "DEL4", "DEL5")
    support.run(host, 'notify("desk", "still there")')
  end)

  local fixed = {
    sellingParty = { 'sellingParty = "[^"]*"', 'sellingParty = "OTHER"' },
    endpoint = { 'endpoint = "http://127.0.0.1:%d+"', 'endpoint = "http://127.0.0.1:1"' },
    credentials = { "%.secret", ".other" },
    ["is new"] = { "^", 'account "other" { program = "vendor", region = "na", sellingParty = "X",\n'
      .. '  warehouses = { X = { zone = "UTC" } }, credentials = { clientId = "x",\n'
      .. '  clientSecret = env "X", refreshToken = env "X" } }\n' },
    ["export is another one"] = { "^", 'export "labels/"\n' },
  }
  for what, change in pairs(fixed) do
    it("needs a restart, and changes nothing: " .. what, function()
      begin()
      refused(what, 'event "damaged" {}\n', change[1], change[2])
      local _, message = host:reload()
      assert.is_true(says(message, "that needs a restart of dray"), message)
      assert.is_nil((host:event("damaged", support.order(host).purchaseOrderNumber)))
    end)
  end

  it("is the same as before when nobody changed it", function()
    begin 'event "damaged" {}\n'
    assert(host:reload())
    assert.equal("taken", host:event("damaged", support.order(host).purchaseOrderNumber))
  end)
end)
