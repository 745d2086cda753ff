local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, shipment

local function begin(where, options)
  if host then host:close() end
  host, shipment = support.begin(where or "easy", options)
end

local function shipments()
  return host.amazon.world.account_list[1].shipment_list
end

local function calls(operation)
  local counted = host:ledger().operations[operation]
  return counted and counted.calls or 0
end

-- What Amazon says of each shipment from now on: fn(shipment, its text) gives another text.
local function rewrite(fn)
  local text = require("sim.shipment_text")
  local of = text.of
  finally(function() text.of = of end)
  text.of = function(one, json) return fn(one, of(one, json)) end
end

-- Each page of a list, before it is made: fn(listing).
local function on_page(fn)
  local page = require("sim.page")
  local take = page.take
  finally(function() page.take = take end)
  page.take = function(listing)
    fn(listing)
    return take(listing)
  end
end

local PROCESS = "local done, why = s:process { packages = $PACKAGES, ship = true } "

describe("a seller's token endpoint", function()
  it("that answers with a page of HTML makes a poll fail with a sentence, not with a page",
    function()
    if host then host:close() end
    host = support.host("easy")
    host:faults({ { operation = "lwaToken", kind = "html", times = 20 } })
    local message = support.fails(host, 'poll "shipments"')
    assert.is_true(says(message, "account seller") and says(message, "503"), message)
    assert.is_false(says(message, "<html>"), message)
    assert.are.equal(0, calls("getShipments"))
  end)

  it("that answers so in the middle of the day delays the steps, and loses none", function()
    begin()
    host:advance("2h") -- the tokens are old by now
    host:faults({ { operation = "lwaToken", kind = "html", times = 30 } })
    support.run(host, PROCESS .. "assert(done, why) settle()", shipment)
    assert.are.equal("SHIPPED", shipment.status)
    assert.are.equal(1, support.told(host, shipment, "processed").told)
  end)
end)

describe("a seller's role that is taken away", function()
  local function take(...)
    host.amazon.world.account_list[1].options.missing_roles = { ... }
  end

  it("in the middle of the day holds the step that needs it; given back, a person releases it",
    function()
    begin()
    support.run(host, "s:confirm():wait()", shipment)
    take("createPackages")
    support.run(host, PROCESS .. [[
      assert(not done and why:find "held", why)
    ]], shipment)
    local effect = support.effect(host, "create_packages")
    assert.are.equal("held", effect.state)
    assert.is_true(says(effect.why, "403"), effect.why)
    take()
    assert(host:control("release", effect.id, "the role is back"))
    host:advance("10m")
    support.run(host, PROCESS .. "assert(done, why) settle()", shipment)
    assert.are.equal(1, support.told(host, shipment, "packages", "1").applied)
  end)

  it("makes its list fail by name, and leaves what is known alone", function()
    begin()
    take("getShipments")
    local message = support.fails(host, 'poll "shipments"')
    assert.is_true(says(message, "getShipments") and says(message, "403"), message)
    support.run(host, PROCESS .. "assert(done, why)", shipment)
  end)
end)

describe("a seller's list", function()
  it("that is no JSON makes the poll fail, and nothing is forgotten", function()
    begin("easy", { shipments = 3 })
    host:faults({ { operation = "getShipments", kind = "garbage", rate = 1 } })
    local message = support.fails(host, 'poll "shipments"')
    assert.is_true(says(message, "getShipments"), message)
    host:faults({})
    support.run(host, 'poll "shipments" assert(shipments {}:count() == 3)')
    assert.are.equal(3, #support.events(host, "shipment.new"))
  end)

  it("whose page token Amazon takes no more is begun again; each shipment is new once", function()
    if host then host:close() end
    host = support.host("easy", { shipments = 9 })
    local refused = 0
    on_page(function(listing)
      listing.limit = 2
      if listing.token and refused < 1 then
        refused = refused + 1
        require("sim.refusal").input("paginationToken has expired")
      end
    end)
    support.run(host, 'poll "shipments" assert(shipments {}:count() == 9)')
    assert.are.equal(1, refused)
    assert.are.equal(9, #support.events(host, "shipment.new"))
  end)

  it("that has a shipment twice, newer on the second page, knows it once, as it is now", function()
    if host then host:close() end
    host = support.host("easy", { shipments = 4 })
    local one, amazon = shipments()[1], host.amazon
    on_page(function(listing) listing.limit = 2 end)
    local handle, again = amazon.handle, 0
    function amazon:handle(request)
      local response = handle(self, request)
      if (request.query or ""):find("paginationToken", 1, true) and again == 0 then
        again = 1
        one.status, one.updated_ms = "CONFIRMED", self.world.now + 1
        response.body = response.body:gsub('"shipments":%[', "%0" ..
          require("sim.shipment_text").of(one, self.json):gsub("%%", "%%%%") .. ",")
      end
      return response
    end
    support.run(host, 'poll "shipments"')
    assert.are.equal(1, again)
    support.run(host, 'assert(s.state == "confirmed", s.state) assert(shipments {}:count() == 4)',
      one)
    assert.are.equal(4, #support.events(host, "shipment.new"))
    assert.are.equal(1, #support.events(host, "shipment.changed"))
  end)

  it("from which a shipment goes while it is read finds it where it went", function()
    if host then host:close() end
    host = support.host("easy", { shipments = 4 })
    local last = shipments()[4]
    on_page(function(listing)
      listing.limit = 2
      if listing.token and last.status == "ACCEPTED" then
        last.status, last.updated_ms = "CONFIRMED", host.amazon.world.now
      end
    end)
    support.run(host, 'poll "shipments" assert(shipments {}:count() == 3)')
    support.run(host, 'poll "progress" assert(shipments {}:count() == 4)')
    support.run(host, 'assert(s.state == "confirmed", s.state)', last)
  end)

  it("with elements that are no shipments passes them over", function()
    if host then host:close() end
    host = support.host("easy", { shipments = 3 })
    local first = shipments()[1]
    rewrite(function(one, text)
      return one == first and '{"id":"D1","status":"ACCEPTED"}' or text
    end)
    support.run(host, 'poll "shipments" assert(shipments {}:count() == 2)')
  end)
end)

describe("a shipment's dates", function()
  it("without a zone mean UTC, as Amazon's own do", function()
    if host then host:close() end
    host = support.host("easy")
    shipment = support.shipment(host)
    shipment.earliest_ms = host.amazon.world.now + 3600000
    rewrite(function(_, text) return (text:gsub('(%d+%-%d+%-%d+[T ]%d+:%d+:%d+)Z', "%1")) end)
    support.run(host, 'poll "shipments"')
    support.run(host, PROCESS .. "assert(done, why) assert(now() >= instant(s.earliestPack))",
      shipment)
    assert.are.equal(0, support.told(host, shipment, "processed").refused)
  end)

  it("that nobody can read are taken as none: Amazon decides, and a 422 is held", function()
    if host then host:close() end
    host = support.host("easy")
    shipment = support.shipment(host)
    shipment.earliest_ms = host.amazon.world.now + 3600000
    rewrite(function(_, text)
      return (text:gsub('("earliestPackDateTime":)"[^"]*"', '%1"tomorrow"'))
    end)
    support.run(host, 'poll "shipments"')
    support.run(host, [[
      assert(s.earliestPack == nil)
      assert(s:confirm():wait() == "held")
    ]], shipment)
    assert.are.equal(1, support.told(host, shipment, "processed").refused)
  end)
end)

describe("a package in a status that nobody knows", function()
  it("stands where its shipment stands", function()
    begin()
    support.run(host, "assert(s:process { packages = $PACKAGES, ship = false })", shipment)
    rewrite(function(_, text)
      return (text:gsub('"packages":%b[]', function(packages)
        return (packages:gsub("SHIPLABEL_GENERATED", "TELEPORTED"))
      end))
    end)
    support.run(host, [[
      poll "progress"
      local e = s:mark_shipped "1"
      e:wait()
    ]], shipment, "1h")
    assert.are.equal(1, support.told(host, shipment, "shipped", "1").told)
  end)
end)

describe("a freeze in the middle of a shipment's steps", function()
  it("lets what has left be proved, holds the next step back, and goes on when thawed", function()
    begin()
    support.run(host, "s:confirm():wait()", shipment)
    assert.is_true(host:control("freeze", "DEFAULT", "stocktaking"))
    support.run(host, "s:create_packages { packages = $PACKAGES } s:shipping_options '1'", shipment)
    host:advance("3h")
    assert.are.equal("succeeded", support.effect(host, "confirm").state)
    assert.are.same({ "waiting", 0 }, { support.effect(host, "create_packages").state,
      support.effect(host, "create_packages").sends })
    assert.is_true(host:control("thaw", "DEFAULT", "done"))
    support.run(host, PROCESS .. "assert(done, why) settle()", shipment)
    assert.are.equal("SHIPPED", shipment.status)
    assert.are.equal(1, support.told(host, shipment, "packages", "1").told)
  end)
end)

describe("a cancellation", function()
  local STEPS = { "s:confirm():wait()", "s:create_packages { packages = $PACKAGES }:wait()",
    "s:shipping_options('1'):wait()", "s:generate_invoice():wait()", "s:generate_labels():wait()" }

  for done = 0, #STEPS do
    it(("after %d steps ends all that was to come"):format(done), function()
      begin()
      support.run(host, table.concat(STEPS, " ", 1, done), shipment)
      assert.is_true(host.amazon.outside:cancel(shipment))
      -- Nobody has told dray: it finds out by the next step's refusal, or by its list.
      support.run(host, PROCESS .. [[
        assert(not done, "it went on")
        poll "progress"
        assert(s.state == "cancelled", s.state)
        settle()
      ]], shipment)
      for _, effect in ipairs(host:effects()) do
        assert.is_true(effect.state == "succeeded" or effect.state == "cancelled",
          effect.verb .. " is " .. effect.state .. ": " .. effect.why)
        assert.is_true(effect.sends <= 1, effect.verb)
      end
      local event = support.events(host, "shipment.cancelled")[1]
      assert.are.equal(done == #STEPS, event.pull)
    end)
  end
end)
