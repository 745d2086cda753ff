local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "vendor/support.lua")
local test = require("dray.test")

local host, order, paper, drawer

-- Printers of the project: they put paper into `drawer`, a folder.
local PRINTERS = [[
printer "dock" { command = { "sh", "-c", "cat >> DRAWER/dock" }, formats = { "ZPL", "PNG" } }
printer "office" { command = { "DRAWER/lp", "-d", "office" }, formats = { "ZPL", "PNG" } }
printer "jams" { command = { "sh", "-c", "head -c 10 > DRAWER/jams; exit 3" },
  formats = { "ZPL", "PNG" } }
printer "reports" { command = { "cat" }, formats = { "PDF" } }
]]

local function clear_up()
  if host then
    host:close()
    os.execute("rm -r " .. drawer)
  end
end

local function begin(options)
  clear_up()
  drawer = os.tmpname()
  os.remove(drawer)
  assert(os.execute("mkdir -m 700 " .. drawer))
  options = options or {}
  local account = test.account(2)
  options.accounts = { account }
  options.project = test.project({ account }, options.writes) .. PRINTERS:gsub("DRAWER", drawer)
  host = support.host(options)
  order = support.order(host)
end

local function on_paper(name)
  local file = io.open(drawer .. "/" .. name, "rb")
  local text = file and file:read("a")
  if file then
    file:close()
  end
  return text
end

local WITH_LABEL = [[
poll "orders"
local o = order "$PO"
o:accept()
o:request_label()
settle()
]]

-- The bytes of the order's label in the archive.
local function label()
  for _, document in ipairs(host:documents()) do
    if document.kind == "label" then
      return host:read("documents/" .. document.path), document
    end
  end
end

local PRINT = "local label = documents { kind = 'label', order = '$PO' }[1] "

local function run(text)
  return support.run(host, text, order)
end

local function print_of(number)
  return support.effects(host, order, "print")[number or 1]
end

before_each(function()
  begin()
  run(WITH_LABEL)
  paper = label()
  assert(#paper > 100)
end)

teardown(clear_up)

describe("a label that is printed", function()
  it("is on paper once, however often it is asked for", function()
    run(PRINT .. "label:print 'dock' label:print 'dock' settle()")
    run(PRINT .. "assert(label:print('dock'):wait() == 'accepted')")
    assert.are.equal(paper, on_paper("dock"))
    assert.are.equal(1, #support.effects(host, order, "print"))
  end)

  it("is assumed, since nobody has seen the paper", function()
    run(PRINT .. "label:print 'dock' settle()")
    assert.are.equal("assumed", print_of().shown)
    assert.is_true(support.says(print_of().why, "only the floor can say"))
  end)

  it("has as many copies as are asked for", function()
    run(PRINT .. "label:print 'dock' label:print('dock', { copy = 2 }) settle()")
    assert.are.equal(paper .. paper, on_paper("dock"))
  end)

  it("does not end up on a printer that cannot read it", function()
    local said = support.fails(host, PRINT .. "label:print 'reports'", order)
    assert.is_true(support.says(said, 'printer "reports" takes PDF; the label of order'))
    assert.are.equal(0, #support.effects(host, order, "print"))
  end)

  it("needs a printer that the project file names", function()
    local said = support.fails(host, PRINT .. "label:print 'dok'", order)
    assert.is_true(support.says(said, 'no printer "dok"; did you mean "dock"?'))
  end)

  it("has a whole number of copies", function()
    local said = support.fails(host, PRINT .. "label:print('dock', { copy = 0 })", order)
    assert.is_true(support.says(said, "copy: expected a whole number from 1"))
    said = support.fails(host, PRINT .. "label:print('dock', { copies = 2 })", order)
    assert.is_true(support.says(said, 'unknown option "copies"'))
  end)
end)

describe("a printer that is not there", function()
  local function comes_back()
    local file = assert(io.open(drawer .. "/lp", "w"))
    file:write("#!/bin/sh\ncat >> ", drawer, "/$2\n")
    file:close()
    assert(os.execute("chmod 700 " .. drawer .. "/lp"))
  end

  it("keeps its prints waiting, in their order, until it is back", function()
    run(PRINT .. "label:print 'office' label:print('office', { copy = 2 })")
    host:advance("20m")
    assert.are.equal("ready", print_of(1).state)
    assert.are.equal("ready", print_of(2).state)
    assert.is_true(support.says(print_of(1).why, "there is no program " .. drawer .. "/lp"))
    comes_back()
    host:advance("10m")
    assert.are.equal("assumed", print_of(1).shown)
    assert.are.equal(paper .. paper, on_paper("office"))
  end)

  it("does not keep the others waiting", function()
    run(PRINT .. "label:print 'office' label:print('dock'):wait()")
    assert.are.equal(paper, on_paper("dock"))
  end)

  it("may be missing in the project file of the next start", function()
    begin({ disk = true })
    run(WITH_LABEL)
    run(PRINT .. "label:print 'office'")
    host:write("dray.lua", (host:read("dray.lua"):gsub('printer "office".-\n', "")))
    host:restart()
    host:advance("1m")
    assert.are.equal("held", print_of().state)
    assert.is_true(support.says(print_of().why, "names no such printer"))
  end)
end)

describe("a print that breaks off", function()
  it("is held, since some of it may be on paper, and printed again by a person's word", function()
    run(PRINT .. "label:print 'jams' settle()")
    host:advance("1h")
    assert.are.equal("held", print_of().state)
    assert.are.equal(1, print_of().sends)
    assert.is_true(support.says(print_of().why, "sh failed with exit code 3; some of it may"))
    assert.is_true(host:control("retry", print_of().id, "nothing came out"))
    host:advance("1m")
    assert.are.equal(2, print_of().sends)
  end)

  it("is over when a person says that the paper is there", function()
    run(PRINT .. "label:print 'jams' settle()")
    assert.is_true(host:control("settle", print_of().id, "it is on the box", "succeeded"))
    assert.are.equal("succeeded", print_of().state)
  end)
end)

describe("what is not to be sent", function()
  it("is not printed while its warehouse is frozen", function()
    assert.is_true(host:control("freeze", "DEL4", "stocktaking"))
    run(PRINT .. "label:print 'dock' settle { timeout = '1m' }")
    assert.are.equal("waiting", print_of().state)
    assert.is_nil(on_paper("dock"))
    assert.is_true(host:control("thaw", "DEL4", "counted"))
    host:advance("1m")
    assert.are.equal(paper, on_paper("dock"))
  end)
end)

describe("a document", function()
  it("that is gone from the disk is said", function()
    local _, document = label()
    assert(os.remove(host.folder .. "/documents/" .. document.path))
    run(PRINT .. "label:print 'dock' settle()")
    assert.are.equal("held", print_of().state)
    assert.is_true(support.says(print_of().why, document.path))
  end)
end)

describe("what the floor reports", function()
  local function tell(event, fields)
    assert(host:event(event, order.purchaseOrderNumber, fields))
  end

  it("proves that a label is on paper", function()
    run(PRINT .. "label:print 'dock' settle()")
    local _, document = label()
    tell("label.printed", { box = document.package, printer = "office" })
    assert.are.equal("assumed", print_of().shown)
    tell("label.printed", { box = document.package, printer = "dock" })
    assert.are.equal("succeeded", print_of().state)
    assert.are.equal("the floor reported label.printed", print_of().evidence)
  end)

  it("about a slip says nothing of the label", function()
    run(PRINT .. "label:print 'dock' settle()")
    tell("slip.printed")
    assert.are.equal("assumed", print_of().shown)
  end)

  it("proves nothing that was never sent", function()
    run(PRINT .. "label:print 'office'")
    local _, document = label()
    tell("label.printed", { box = document.package })
    assert.are.equal("ready", print_of().state)
  end)
end)

describe("a warehouse that only observes", function()
  it("plans its prints and has nothing on paper", function()
    begin({ disk = true })
    run(WITH_LABEL)
    host:write("dray.lua", (host:read("dray.lua"):gsub('"live"', '"observe"')))
    host:restart()
    run(PRINT .. "assert(label:print('dock'):wait() == 'planned')")
    assert.is_nil(on_paper("dock"))
  end)
end)
