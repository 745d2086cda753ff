local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, shipment

local function begin(where, options)
  if host then host:close() end
  host, shipment = support.begin(where or "easy", options)
end

-- The queries of getShipments, each with its values by name.
local function listen()
  local seen, amazon = {}, host.amazon
  local handle = amazon.handle
  function amazon:handle(request)
    if request.method == "GET" and request.path:match("/shipments$") then
      local values = {}
      for name, value in request.query:gmatch("([%w]+)=([^&]*)") do values[name] = value end
      seen[#seen + 1] = values
    end
    return handle(self, request)
  end
  return seen
end

local function project(body)
  return ('account "seller" {\n  program = "external",\n  endpoint = "http://127.0.0.1:8484",\n'
    .. '%s\n  credentials = { clientId = "client", clientSecret = file "seller.secret",\n'
    .. '    refreshToken = file "seller.token" },\n}\n'):format(body)
end

describe("a seller's lists", function()
  it("are asked for new work in both statuses, all there is", function()
    begin()
    local seen = listen()
    support.run(host, 'poll "shipments"')
    assert.are.same({ "CREATED", "ACCEPTED" }, { seen[1].status, seen[2].status })
    assert.is_nil(seen[1].lastUpdatedAfter)
    assert.are.equal("DEFAULT", seen[1].locationId)
  end)

  it("are asked for changes since the last time, with an overlap, also after a restart", function()
    begin("easy", { disk = true })
    support.run(host, 'poll "progress"')
    host:advance("3h")
    host:restart()
    local seen = listen()
    local now = host:now()
    support.run(host, 'poll "progress"')
    assert.are.equal(8, #seen)
    local after = seen[1].lastUpdatedAfter:gsub("%%3A", ":")
    local hour, minute = after:match("T(%d+):(%d+)")
    local back = (now // 60000) % 1440 - (hour * 60 + minute)
    assert.is_true(back >= 189 and back <= 192, after)
  end)

  it("are asked for each location and channel that the project file names, one by one", function()
    begin("easy", { project = project([[
  zone = "Asia/Kolkata",
  channels = { "MFN", "FBA" },
  locations = { DEFAULT = {}, XBLR = { channels = { "FBA" } } },]]) })
    local seen = listen()
    support.run(host, 'poll "shipments"')
    local places = {}
    for _, query in ipairs(seen) do
      places[#places + 1] = query.status .. " " .. query.locationId .. " " .. query.channelName
    end
    table.sort(places)
    assert.are.same({
      "ACCEPTED DEFAULT FBA", "ACCEPTED DEFAULT MFN", "ACCEPTED XBLR FBA",
      "CREATED DEFAULT FBA", "CREATED DEFAULT MFN", "CREATED XBLR FBA",
    }, places)
  end)

  it("are asked without a place where the project file names none", function()
    begin("easy", { project = project("") })
    local seen = listen()
    support.run(host, 'poll "shipments" assert(shipments {}:count() == 1)')
    assert.is_nil(seen[1].locationId)
  end)

  it("are read to their last page, empty pages too", function()
    begin("easy", { shipments = 7, sim = { page_max = 2, empty_pages = 0.5 } })
    support.run(host, "assert(shipments {}:count() == 7)")
  end)

  it("say nothing when they are overtaken by what is known already", function()
    begin()
    host.amazon.outside:move(shipment, "CONFIRMED")
    support.run(host, 'poll "progress" assert(s.state == "confirmed")', shipment)
    shipment.status, shipment.updated_ms = "ACCEPTED", shipment.updated_ms - 60000
    support.run(host, 'poll "shipments" assert(s.state == "confirmed")', shipment)
    assert.are.equal(1, #support.events(host, "shipment.changed"))
  end)

  it("tell once that a shipment is new, and what it was when it changed", function()
    begin()
    support.run(host, 'poll "shipments" poll "shipments"')
    assert.are.equal(1, #support.events(host, "shipment.new"))
    host.amazon.outside:move(shipment, "PACKAGE_CREATED")
    support.run(host, 'poll "progress" poll "progress"')
    local changed = support.events(host, "shipment.changed")
    assert.are.equal(1, #changed)
    assert.are.same({ "accepted", "package_created" }, { changed[1].was, changed[1].state })
    assert.are.equal(1, #support.events(host, "package.created"))
  end)
end)

describe("the time by which a shipment has to leave", function()
  it("is a clock: near, then missed, unless it left", function()
    begin("easy", { prepare = function(it, at)
      it.expected_ms = at.amazon.world.now + 6 * 3600000
    end })
    host:clocks()
    host:advance("8h")
    local near = support.events(host, "deadline.near")
    local missed = support.events(host, "deadline.missed")
    assert.are.same({ 1, 1 }, { #near, #missed })
    assert.are.equal("ship", missed[1].deadline.kind)
  end)

  it("is met by SHIPPED", function()
    begin("easy", { prepare = function(it, at)
      it.expected_ms = at.amazon.world.now + 6 * 3600000
    end })
    support.run(host, "assert(s:process { packages = $PACKAGES, ship = true })", shipment)
    host:clocks()
    host:advance("8h")
    assert.are.equal(0, #support.events(host, "deadline.missed"))
  end)
end)

describe("shipments from before the account's `since`", function()
  it("are left alone until a person adopts them", function()
    begin("easy", { project = project('  since = "2026-11-23T07:59+00:00",') })
    local why = support.fails(host, "s:confirm()", shipment)
    assert.is_true(says(why, "is left alone; `dray adopt"), why)
    assert.is_true(host:control("adopt", shipment.id, "it is ours"))
    support.run(host, 'assert(s:confirm():wait() == "succeeded")', shipment)
  end)
end)

describe("the project file of a seller", function()
  local function mistake(body)
    local ok, message = pcall(support.host, "easy", { project = project(body) })
    assert.is_false(ok)
    return message
  end

  it("names every mistake", function()
    assert.is_true(says(mistake("  warehouses = { X = { zone = 'UTC' } },"),
      'warehouses: is for program = "vendor"'))
    assert.is_true(says(mistake("  channels = { 'MUCH_TOO_LONG' },"), "expected a list of channel"))
    assert.is_true(says(mistake("  locations = { X = { zone = 'Mars/Base' } },"),
      "locations.X.zone"))
    assert.is_true(says(mistake("  locations = { X = { wirtes = 'live' } },"),
      'did you mean "writes"?'))
  end)
end)
