local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local says = support.says
local DAY = 24 * 3600 * 1000

local host

-- Thirty orders of the last thirty days, one a day: of each five one is new, one accepted, two are
-- shipped, one is cancelled, all of it by other people.
local WHAT_CAME = { "NEW", "ACCEPTED", "SHIPPED", "SHIPPED", "CANCELLED" }

local function begin(options)
  if host then host:close() end
  options = options or {}
  options.orders = options.orders or 30
  options.sim = { age_ms = { DAY // 2, options.oldest or 59 * DAY // 2 } }
  host = support.host(options)
  local world = host.amazon.world
  for i, order in ipairs(world.account_list[1].list) do
    order.required_ship_ms = order.created_ms + DAY
    world:set_status(order, WHAT_CAME[(i - 1) % 5 + 1])
  end
  return world.account_list[1].list
end

-- The first order with this status, the oldest one.
local function first(status)
  for _, order in ipairs(host.amazon.world.account_list[1].list) do
    if order.status == status then return order end
  end
end

-- The queries of getOrders.
local function listen()
  local seen, amazon = {}, host.amazon
  local handle = amazon.handle
  function amazon:handle(request)
    if request.path:match("/purchaseOrders$") then seen[#seen + 1] = request.query end
    return handle(self, request)
  end
  return seen
end

-- Amazon refuses the nth of these requests, or all from there on until what is given back is
-- called: a role is missing, a page token has expired.
local function refuse(nth, status, code, only, on)
  local amazon, count = host.amazon, 0
  local handle = amazon.handle
  function amazon:handle(request)
    local about = request.path:match("/purchaseOrders$")
      and request.query:find(only or "", 1, true)
    count = about and count + 1 or count
    if not about or count < nth or count > nth and not on then return handle(self, request) end
    return { status = status, headers = { ["Content-Type"] = "application/json" }, delay_ms = 0,
      body = ('{"errors":[{"code":"%s","message":"no"}]}'):format(code) }
  end
  return function() amazon.handle = handle end
end

local function whats(order)
  local out = {}
  for i, entry in ipairs(host:log(order.purchaseOrderNumber)) do out[i] = entry.what end
  return out
end

local function at(entry)
  return entry.detail.at
end

describe("Amazon's record of the past", function()
  after_each(function()
    if host then host:close() end
    host = nil
  end)

  it("is read back to the day that is asked for, in windows of a week", function()
    begin()
    local seen = listen()
    local totals, windows = host:import("30d")
    assert.are.equal(5, #windows)
    assert.are.equal(5, #seen)
    for i, window in ipairs(windows) do
      assert.is_true(window.to - window.from <= 7 * DAY)
      assert.is_true(i == 1 or windows[i - 1].from < window.to)
    end
    assert.is_true(windows[5].from <= host:now() - 30 * DAY + 60000)
    assert.are.equal(2, totals.open) -- not older than a week: work of the ordinary list
    assert.are.equal(28, totals.imported)
    assert.are.equal(30, totals.listed - totals.known)
  end)

  it("tells of each order when it was made, and what came of it by its ship date", function()
    begin()
    host:import("30d")
    local shipped = first("SHIPPED")
    assert.are.same({ "order.new", "order.accepted", "order.shipped" }, whats(shipped))
    local log = host:log(shipped.purchaseOrderNumber)
    assert.are.equal("2026-10-26T20:00:00Z", at(log[1]))
    assert.are.equal("2026-10-27T20:00:00Z", at(log[3]))
    assert.are.same({ imported = true, at = "2026-10-27T20:00:00Z", was = "accepted" },
      log[3].detail)
    assert.are.same({ "order.new", "order.cancelled" }, whats(first("CANCELLED")))
    assert.are.same({ "order.new" }, whats(first("NEW")))
    assert.are.same({ "order.new", "order.accepted" }, whats(first("ACCEPTED")))
  end)

  it("dates nothing after now", function()
    begin()
    local last = host.amazon.world.account_list[1].list[30]
    last.required_ship_ms = host:now() + 3 * DAY
    assert.are.equal("CANCELLED", last.status)
    host:import("30d")
    local log = host:log(last.purchaseOrderNumber)
    assert.are.equal("2026-11-23T08:0", at(log[2]):sub(1, 15))
  end)

  it("is no work: no rule runs, nothing is listed, nothing is sent, no clock runs", function()
    begin({ rules = [[
      rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
      rule { name = "label", on = "order.accepted", run = function(e) e.order:request_label() end }
    ]] })
    host:clocks()
    host:import("30d")
    host:advance("3d")
    assert.are.same({}, host:runs())
    assert.are.same({}, host:effects())
    assert.are.same({}, host:orders())
    support.run(host, "assert(orders {}:count() == 0 and orders { old = true }:count() == 0)")
    for _, entry in ipairs(host:log()) do
      assert.is_false(says(entry.what, "deadline"), entry.what)
    end
    assert.are.same({}, host.received)
  end)

  it("leaves to the ordinary list what is open, which becomes work", function()
    begin({ rules = [[
      rule { name = "accept", on = "order.new", where = { warehouse = { "DEL4", "BER3" } },
        when = function(e) return e.order.state == "new" end,
        run = function(e) e.order:accept() end }
    ]] })
    host:import("30d")
    host:ask_lists()
    host:advance("2h")
    assert.are.same({ accepted = 2 }, test.count(host:orders(), "state"))
    assert.are.equal(1, #host:effects()) -- of the one that was new
  end)

  it("is not asked for often: what was imported widens no list of open orders", function()
    begin()
    host:import("30d")
    local seen = listen()
    host:ask_lists()
    host:advance("30s")
    for _, query in ipairs(seen) do
      assert.is_false(says(query, "createdAfter=2026-10"), query)
    end
  end)

  it("is the same when it is read again", function()
    begin()
    host:import("30d")
    local before = #host:log()
    local totals = host:import("30d", true)
    assert.are.equal(0, totals.imported)
    assert.are.equal(0, totals.changed)
    assert.are.equal(before, #host:log())
  end)

  it("asks only for what is new since, and for what lies further back", function()
    begin()
    host:import("14d")
    local seen = listen()
    host:import("14d")
    assert.is_true(#seen <= 1)
    local _, windows = host:import("30d")
    assert.is_true(#windows >= 3 and #windows <= 4, tostring(#windows))
    local totals = host:import("30d", true)
    assert.are.equal(0, totals.imported)
    assert.are.equal(28, totals.known)
  end)

  it("goes on at the window that could not be read, for want of a role, also after a restart",
    function()
      begin({ disk = true })
      local lift = refuse(3, 403, "Unauthorized", nil, true)
      local first_part, windows = host:import("30d")
      assert.are.equal(3, #windows)
      assert.is_true(says(windows[3].error, "getOrders"), windows[3].error)
      assert.is_nil(windows[2].error)
      lift()
      host:restart()
      local rest, last = host:import("30d")
      assert.is_nil(last[#last].error)
      assert.is_true(#last <= 4)
      assert.are.equal(28, first_part.imported + rest.imported)
    end)

  it("keeps what came before a list broke off, and reads that window again", function()
    begin({ orders = 250, oldest = 10 * DAY, disk = true })
    local lift = refuse(1, 403, "Unauthorized", "nextToken=", true)
    local part, windows = host:import("30d")
    assert.are.equal(1, #windows)
    assert.is_string(windows[1].error)
    lift()
    host:restart()
    local rest = host:import("30d")
    assert.is_true(part.imported > 0 and rest.known > 0)
    assert.are.equal(250, part.imported + rest.imported + rest.open)
  end)

  it("asks for a window again when its page token has expired", function()
    begin({ orders = 250, oldest = 10 * DAY })
    refuse(1, 400, "InvalidInput", "nextToken=")
    local totals, windows = host:import("30d")
    for _, window in ipairs(windows) do assert.is_nil(window.error) end
    assert.are.equal(totals.listed, totals.imported + totals.known + totals.open)
    assert.is_true(totals.known > 50)
  end)

  it("leaves alone what dray knows, whatever became of it", function()
    begin()
    support.run(host, "poll 'orders'")
    local known = host:orders()
    assert.is_true(#known >= 6)
    local totals = host:import("30d")
    assert.are.same(known, host:orders())
    assert.is_true(totals.known >= #known)
  end)

  it("is told of again when somebody went on with an open order since", function()
    begin()
    host:import("30d")
    local order = first("ACCEPTED")
    host.amazon.world:set_status(order, "SHIPPED")
    order.text = nil
    support.run(host, "poll 'shipped'")
    assert.are.same({ "order.new", "order.accepted" }, whats(order))
    local totals = host:import("30d", true)
    assert.are.equal(1, totals.changed)
    assert.are.same({ "order.new", "order.accepted", "order.shipped" }, whats(order))
  end)

  it("refuses every verb, and says how an open order is taken over", function()
    begin()
    host:import("30d")
    local message = support.fails(host, "order('$PO'):accept()", first("NEW"))
    assert.is_true(says(message, "was imported from Amazon's record of the past"), message)
    assert.is_true(says(message, "dray adopt"), message)
  end)

  it("gives an open order to whoever adopts it, and then it is work", function()
    begin({ rules = [[
      rule { name = "accept", on = "order.new", run = function(e) e.order:accept() end }
    ]] })
    local order = first("NEW")
    host:import("30d")
    assert(host:control("adopt", order.purchaseOrderNumber, "it was forgotten"))
    host:advance("1h")
    assert.are.same({}, host:runs()) -- what is told of the past is no work
    support.run(host, "order('$PO'):accept() settle()", order)
    assert.are.equal("accepted", support.row(host, order).state)
    local totals = host:import("30d", true)
    assert.are.equal(0, totals.imported + totals.changed)
    assert.are.equal("accepted", support.row(host, order).state)
  end)

  it("does not give away what is over", function()
    begin()
    host:import("30d")
    local ok, why = host:control("adopt", first("SHIPPED").purchaseOrderNumber, "try")
    assert.is_nil(ok)
    assert.is_true(says(why, "SHIPPED already; nothing is left to do for it"), why)
  end)
end)
