local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local host, shipment

local function begin(where, options)
  if host then host:close() end
  host, shipment = support.begin(where, options)
end

local LABELLED = "assert(s:process { packages = $PACKAGES, ship = false }) "

local function labels()
  local latest, void = 0, 0
  for _, document in ipairs(host:documents()) do
    if document.kind == "label" then
      latest = latest + (document.latest and 1 or 0)
      void = void + (document.void and 1 or 0)
    end
  end
  return latest, void
end

-- "updatePackage at step 3, 4 or 5 sends the flow to step 3: shipping option, invoice and label
-- must all be redone; a printed label is void."
describe("a package that is changed after its label was printed", function()
  before_each(function() begin("easy") end)

  it("loses options, invoice and label at once", function()
    support.run(host, LABELLED .. [[
      local id = s.packages[1].id
      local label = s.labels[1]
      s:update_package(id, { weight = { value = "2.5", weightUnit = "KG" } })
      settle()
      assert(#s.labels == 0 and label.void and not label.latest)
      assert(s:options(id) == nil)
      assert(s.state == "package_created", s.state)
    ]], shipment)
    assert.are.equal(1, #support.events(host, "label.void"))
    assert.are.equal(1, support.told(host, shipment, "updates", "1").applied)
  end)

  it("gets them all anew, and the old label stays void", function()
    support.run(host, LABELLED .. [[
      local id = s.packages[1].id
      s:update_package(id, { weight = { value = "2.5", weightUnit = "KG" } })
      assert(s:process { ship = false })
      assert(#s.labels == 1 and s:invoice())
    ]], shipment)
    assert.are.same({ 1, 1 }, { labels() })
    assert.are.equal(2, #support.effects(host, "generate_labels"))
    assert.are.equal(2, #support.effects(host, "generate_invoice"))
  end)

  it("may be changed twice; the same change again is the same effect", function()
    support.run(host, LABELLED .. [[
      local id = s.packages[1].id
      local function weigh(kg)
        return s:update_package(id, { weight = { value = kg, weightUnit = "KG" } })
      end
      local first = weigh "2.5"
      assert(weigh "2.5" == first)
      local why = select(2, try(weigh, "3"))
      assert(why.code == "conflict", why.message)
      settle()
      assert(weigh "2.50".evidence:find "so already")
      assert(weigh "3":wait() == "succeeded")
    ]], shipment)
    assert.are.equal(2, support.told(host, shipment, "updates", "1").applied)
  end)
end)

describe("a label that Amazon takes back", function()
  for _, sub_status in ipairs({ "LABEL_CANCELED", "PENDING_SCHEDULE" }) do
    it(("leads to a new slot and a new label (%s)"):format(sub_status), function()
      begin("easy")
      support.run(host, LABELLED .. 'poll "progress"', shipment)
      assert.is_true(host.amazon.outside:take_label_back(shipment, sub_status))
      support.run(host, [[
        poll "progress"
        assert(s.subStatus == "]] .. sub_status .. [[" and #s.labels == 0, s.subStatus)
        assert(s:process { ship = false })
        assert(#s.labels == 1)
      ]], shipment)
      local latest, void = labels()
      assert.are.equal(1, latest)
      assert.are.equal(1, void)
      assert.are.equal(1, #support.effects(host, "generate_invoice"))
    end)
  end
end)

describe("a shipment that is cancelled", function()
  it("between two steps ends there: nothing more is sent", function()
    begin("easy")
    support.run(host, "s:confirm():wait()", shipment)
    host.amazon.outside:cancel(shipment)
    support.run(host, [[
      s:create_packages { packages = $PACKAGES }
      poll "progress"
      settle()
      assert(s.state == "cancelled", s.state)
      local done, why = s:process {}
      assert(not done and why == "the shipment is cancelled", why)
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "packages", "1").applied)
    local event = support.events(host, "shipment.cancelled")[1]
    assert.are.same({ "confirmed", false }, { event.was, event.pull })
  end)

  it("after its label came must be pulled, also when no list has shown the label yet", function()
    begin("easy")
    support.run(host, "s:confirm() s:create_packages { packages = $PACKAGES } settle() "
      .. "s:shipping_options(s.packages[1].id):wait() s:generate_invoice():wait() "
      .. "s:generate_labels():wait() assert(#s.labels == 1)", shipment)
    host.amazon.outside:cancel(shipment)
    support.run(host, 'poll "progress"')
    local event = support.events(host, "shipment.cancelled")[1]
    assert.are.same({ "package_created", true }, { event.was, event.pull })
  end)

  it("after its label was printed must be pulled, and says so", function()
    begin("easy")
    support.run(host, LABELLED .. 'poll "progress"', shipment)
    host.amazon.outside:cancel(shipment)
    support.run(host, 'poll "progress"')
    local event = support.events(host, "shipment.cancelled")[1]
    assert.are.same({ "shiplabel_generated", true }, { event.was, event.pull })
  end)
end)

describe("a packed shipment that another tool repacked", function()
  it("begins anew at step 3 with what Amazon shows", function()
    begin("easy")
    support.run(host, LABELLED .. 'poll "progress"', shipment)
    host:advance("20m")
    local writes = require("sim.shipment_writes")
    host.amazon.world:settle()
    writes.step_back(shipment, host.amazon.world.now)
    support.run(host, 'poll "progress" assert(s.state == "package_created" and #s.labels == 0)',
      shipment)
    assert.is_true(says(support.story(host), "went back to an earlier step elsewhere"))
  end)
end)

describe("the shipping options", function()
  it("that do not fit stop the shipment before anything is printed, with a reason", function()
    begin("easy")
    support.run(host, [[
      local done, why = s:process { packages = $PACKAGES, choose = function() end }
      assert(not done and why == "no shipping option fits package 1", why)
    ]], shipment)
    assert.are.equal(0, support.told(host, shipment, "labels", "1").told)
  end)

  it("that are gone when the label is asked for are asked for again", function()
    begin("easy")
    support.run(host, [[
      local first
      local done, why = s:process { packages = $PACKAGES, ship = false,
        choose = function(options)
          if not first then
            first = options[1]
            sleep "12h" -- the slot begins meanwhile
            return first
          end
          return options[1]
        end }
      assert(done, why)
      assert(#s.labels == 1)
    ]], shipment)
    assert.are.equal(1, (labels()))
  end)

  it("must be one of those that were offered", function()
    begin("easy")
    local why = support.fails(host, [[
      s:confirm() s:create_packages { packages = $PACKAGES } settle()
      s:shipping_options(s.packages[1].id):wait()
      s:generate_labels { shippingOptionId = "P0" }
    ]], shipment)
    assert.is_true(says(why, "is not among the options that were offered"), why)
  end)
end)
