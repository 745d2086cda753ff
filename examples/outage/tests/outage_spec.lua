--- A shelf that turns out to be empty, with five accepted orders for what lay on it.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local project = dofile(here .. "../../project.lua")

local SKU = require("sim.places").goods[1].sku

local host, files

local function stock(quantity)
  files = files + 1
  project.drop(host, ("inbox/stock/%d.csv"):format(files),
    ("Artikel;Bestand\n%s;%d\n"):format(SKU, quantity))
end

local function release_all()
  for _, effect in ipairs(host:effects()) do
    if effect.state == "held" then assert(host:control("release", effect.id, "seen, it is so")) end
  end
  host:advance "2h"
end

before_each(function()
  host, files = project.host(here .. "..", { orders = 5,
    prepare = function(order) project.lines(order, { 1 }) end }), 0
  host:feeds()
  host:event("stock", nil, { warehouse = "DEL4", product = SKU, quantity = 5 })
  host:advance "1h"
end)

after_each(function() project.close(host) end)

describe("a product that is missing", function()
  it("denies nothing at first; the desk knows at once", function()
    stock(0)
    host:advance "20m"
    assert.are.same({}, project.states(host, "floor_deny"))
    assert.are.equal(5, #host:notices())
  end)

  it("denies nothing when it was a mistake of the count", function()
    stock(0)
    host:advance "20m"
    stock(5)
    host:advance "2h"
    assert.are.same({}, project.states(host, "floor_deny"))
  end)

  it("that stays so asks a person about each order that cannot be filled, and no other", function()
    stock(2)
    host:advance "1h"
    assert.are.same({ held = 3 }, project.states(host, "floor_deny"))
    assert.are.equal(0, host:ledger().totals.confirmation.told)
  end)

  it("is denied by a person's word", function()
    stock(2)
    host:advance "1h"
    release_all()
    assert.are.same({ succeeded = 3 }, project.states(host, "floor_deny"))
    assert.are.equal(3, host:ledger().totals.confirmation.told)
  end)

  it("that is found again before the person looks is not denied: it was asked again", function()
    stock(0)
    host:advance "1h"
    stock(5)
    release_all()
    assert.are.same({ cancelled = 5 }, project.states(host, "floor_deny"))
    assert.are.equal(0, host:ledger().totals.confirmation.told)
  end)

  it("is not denied for more than two orders a day when nobody has looked", function()
    project.run(host, 'for o in orders {} do o:floor_deny { why = "all gone" } end settle()')
    assert.are.same({ succeeded = 2, held = 3 }, project.states(host, "floor_deny"))
  end)
end)
