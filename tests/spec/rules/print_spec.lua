local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local host, order, tray

local function begin(rule)
  if host then host:close() end
  tray = os.tmpname()
  local account = test.account(2)
  local project = test.project({ account }) .. 'rules "rules/*.lua"\n'
    .. ('printer "dock" { command = { "tee", "-a", %q }, formats = { "ZPL", "PNG" } }\n')
      :format(tray)
  host = support.host([[
rule { name = "accept", on = "order.new", where = { warehouse = "DEL4" },
  run = function(e) e.order:accept() e.order:request_label() end }
]] .. rule, { project = project, accounts = { account } })
  order = support.order(host)
end

local function on_paper()
  local file = assert(io.open(tray, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

after_each(function()
  os.remove(tray)
end)

teardown(function()
  if host then host:close() end
end)

local function label()
  for _, document in ipairs(host:documents()) do
    if document.kind == "label" then return host:read("documents/" .. document.path) end
  end
end

describe("a rule that prints labels as they come", function()
  it("puts each on paper once", function()
    begin [[
rule { name = "print", on = "label.ready",
  run = function(e) for _, l in ipairs(e.order.labels) do l:print "dock" end end }]]
    host:advance "2h"
    assert.are.equal(label(), on_paper())
    assert.are.equal("assumed", support.effect(host, order, "print").shown)
  end)

  it("prints with approval only when a person says so", function()
    begin [[
rule { name = "print", on = "label.ready", approve = true,
  run = function(e) for _, l in ipairs(e.order.labels) do l:print "dock" end end }]]
    host:advance "2h"
    local print = support.effect(host, order, "print")
    assert.are.equal("held", print.state)
    assert.are.equal("", on_paper())
    assert(host:control("release", print.id, "the printer has paper"))
    host:advance "1m"
    assert.are.equal(label(), on_paper())
  end)

  it("does not print while it only decides", function()
    begin [[
rule { name = "print", on = "label.ready",
  when = function(e) return e.order.labels[1]:print "dock" ~= nil end, run = function() end }]]
    host:advance "2h"
    assert.are.equal("", on_paper())
    assert.is_nil(support.effect(host, order, "print"))
    assert.are.equal("failed", host:verdicts("label.ready", order.purchaseOrderNumber)[1].outcome)
  end)
end)
