local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says
local DAY = 24 * 3600 * 1000

local host

-- Twelve shipments of the last twenty days, each touched a day after it was made, by other tools of
-- the seller.
local WHAT_CAME = { "ACCEPTED", "CONFIRMED", "SHIPPED", "DELIVERED", "CANCELLED" }

local function begin(options)
  options = options or {}
  options.shipments = 12
  options.sim = { age_ms = { 2 * DAY, 20 * DAY } }
  host = support.host("easy", options)
  local list = host.amazon.world.account_list[1].shipment_list
  for i, shipment in ipairs(list) do
    shipment.status = WHAT_CAME[(i - 1) % #WHAT_CAME + 1]
    shipment.updated_ms = shipment.created_ms + DAY
  end
  return list
end

local function first(status)
  for _, shipment in ipairs(host.amazon.world.account_list[1].shipment_list) do
    if shipment.status == status then return shipment end
  end
end

describe("a seller's past", function()
  after_each(function()
    host:close()
  end)

  it("is read status by status in windows of a week, but for what the ordinary lists bring",
    function()
      begin()
      local totals, windows = host:import("21d")
      assert.are.equal(4, #windows)
      -- Five confirmed, shipped, delivered, cancelled of each five; three have just been accepted,
      -- one was confirmed within the last week.
      assert.are.equal(8, totals.imported)
      assert.are.equal(1, totals.open)
    end)

  it("is told with Amazon's own times", function()
    begin()
    host:import("21d")
    local log = host:log(first("SHIPPED").id)
    assert.are.equal(2, #log)
    assert.are.equal("shipment.new", log[1].what)
    assert.are.same({ imported = true, at = log[1].detail.at, state = "created" }, log[1].detail)
    assert.are.equal("shipment.changed", log[2].what)
    assert.are.equal("shipped", log[2].detail.state)
    assert.are.equal("created", log[2].detail.was)
    assert.are.equal("shipment.cancelled", host:log(first("CANCELLED").id)[2].what)
  end)

  it("is no work: no rule runs, and the ordinary lists leave it as it is", function()
    begin({ rules = [[
      rule { name = "confirm", on = { "shipment.new", "shipment.changed" },
        when = function(e) return e.shipment.state == "shipped" end,
        run = function(e) e.shipment:confirm() end }
    ]] })
    host:import("21d")
    local before = #host:log(first("CONFIRMED").id)
    first("CONFIRMED").updated_ms = host:now()
    host:ask_lists()
    host:advance("1h")
    assert.are.same({}, host:runs())
    assert.are.equal(before, #host:log(first("CONFIRMED").id))
    local why = support.fails(host, "s:mark_shipped()", first("SHIPPED"))
    assert.is_true(says(why, "was imported from Amazon's record of the past"), why)
  end)

  it("is the same when it is read again, and tells what changed since", function()
    begin()
    host:import("21d")
    local shipment = first("CONFIRMED")
    shipment.status, shipment.updated_ms = "SHIPPED", host:now() - 1000
    local totals = host:import("21d", true)
    assert.are.equal(0, totals.imported)
    assert.are.equal(1, totals.changed)
    local log = host:log(shipment.id)
    assert.are.equal("shipped", log[#log].detail.state)
    assert.are.equal("confirmed", log[#log].detail.was)
  end)
end)
