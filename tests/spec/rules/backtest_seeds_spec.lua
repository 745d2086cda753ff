--- Random rules over random days: whatever they decided, they decide again when it is played.
--- DRAY_TEST_DEEP takes more seeds; DRAY_TEST_SEED=S begins with another one.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local random = require("sim.random")
local places = require("sim.places")

local SEEDS = os.getenv("DRAY_TEST_DEEP") and 60 or 3
local FIRST = tonumber(os.getenv("DRAY_TEST_SEED") or "") or 1

local BOX = [[containers = { { containerIdentifier = "A",
  trackingNumber = "J" .. e.order.purchaseOrderNumber,
  weight = { value = "1", unitOfMeasure = "KG" } } }]]

local EVENTS = {
  "order.new", "order.accepted", "order.shipped", "packed", "picked_up", "label.ready",
  "stock.changed", "order.changed", "effect.succeeded", "slip.ready", "deadline.near",
  "order.denied",
}

local CONDITIONS = {
  'e.order.state == "accepted"', 'e.order.state == "new"', 'e.order.state ~= "shipped"',
  "#e.order.effects < 2", "#e.order.labels > 0", "e.order.facts.packed ~= nil",
  "not e.order.facts.picked_up", "tonumber(e.order.purchaseOrderNumber:sub(-1), 36) % 3 == 1",
  "e.order:fillable()", "not e.order:fillable()", 'e.now < instant "2026-11-23T11:00Z"',
  "(e.order.items[1].free or 0) > 2", 'e.order.status == "ACCEPTED"',
}

local ACTIONS = {
  "e.order:accept()", "e.order:request_label()", "e.order:confirm { " .. BOX .. " }",
  'if e.order:fillable() then e.order:accept() else e.order:reject { code = "03" } end',
  "e.order:confirm { shippedDate = iso(e.now), " .. BOX .. " }",
  'e.order:floor_deny { why = "gone" }', 'error("no")',
  'if e.order.state == "accepted" then e.order:confirm { ' .. BOX .. " } end",
  'if #e.order.effects > 1 then error("too many") end', 'event("packed", e.order, {})',
  "for _, d in ipairs(e.order.labels) do log.info(d.kind) end",
  "e.order:accept() e.order:confirm { " .. BOX .. " }",
}

-- What a rule listens to; whether it is about orders, and may hold.
local function trigger(r)
  local kind = r:between(1, 10)
  if kind <= 7 then
    return ('on = { %q, %q }'):format(r:pick(EVENTS), r:pick(EVENTS)), true, true
  elseif kind <= 9 then
    local all = ("all = { %q, %q }"):format(EVENTS[r:between(1, 3)], EVENTS[r:between(4, 6)])
    return all, true, false
  end
  return 'every = { "1h" }', false, false
end

local function head(r, name)
  local on, about_orders, may_hold = trigger(r)
  local parts = { ("name = %q"):format(name), on }
  if about_orders and r:chance(0.3) then parts[#parts + 1] = 'where = { warehouse = "BER3" }' end
  if about_orders and r:chance(0.6) then
    parts[#parts + 1] = ("when = function(e) return %s end"):format(r:pick(CONDITIONS))
  end
  if may_hold and r:chance(0.35) then
    parts[#parts + 1] = ('hold = "%dm"'):format(20 * r:between(1, 9))
  end
  if about_orders and r:chance(0.15) then parts[#parts + 1] = "approve = true" end
  return parts, about_orders
end

local function a_rule(r, name)
  local parts, about_orders = head(r, name)
  local body = about_orders and r:pick(ACTIONS) or 'log.info("an hour")'
  if r:chance(0.2) then
    parts[#parts + 1] = "data = {}"
    body = "e.data.n = (e.data.n or 0) + 1 " .. body
  end
  parts[#parts + 1] = ("run = function(e) %s end"):format(body)
  return "rule { " .. table.concat(parts, ",\n  ") .. " }\n"
end

local function some_rules(r)
  local out = { 'rule { name = "r0", on = "order.new", run = function(e) e.order:accept() end }\n' }
  for i = 1, r:between(3, 9) do out[#out + 1] = a_rule(r, "r" .. i) end
  return table.concat(out)
end

local function count_stock(host, r)
  for _, good in ipairs(places.goods) do
    if r:chance(0.3) then
      host:event("stock", nil, { warehouse = r:chance(0.5) and "DEL4" or "BER3",
        product = good.sku, quantity = r:between(0, 11) })
    end
  end
end

local function some_order(host, r) return r:pick(host:orders()).purchaseOrderNumber end

-- Things that happen on a day, besides time.
local HAPPENINGS = {
  function(host, r) host:advance(("%dm"):format(r:between(5, 140))) end,
  function(host, r) host:event("packed", some_order(host, r), {}) end,
  function(host, r) host:event("picked_up", some_order(host, r), {}) end,
  count_stock,
  function(host) host:stop() host:restart() end,
  function(host, r)
    host:add_orders(r:between(1, 4))
    support.run(host, "poll 'orders'")
    host:work()
  end,
  function(host, r) host:tell("order.changed", some_order(host, r)) end,
  function(host) assert(host:reload()) end,
  function(host, r)
    local effects = host:effects()
    if #effects > 0 then
      host:control(r:pick { "release", "hold", "retry" }, r:pick(effects).id, "so it is")
    end
  end,
  function(host, r) pcall(host.pause, host, "r" .. r:between(1, 5), "a break") host:work() end,
  function(host, r)
    pcall(host.resume, host, "r" .. r:between(1, 5), r:pick { "run", "drop" })
    host:work()
  end,
}

local function a_day(host, r)
  if r:chance(0.5) then count_stock(host, r) end
  if r:chance(0.6) then
    host:clocks()
    host:ask_lists()
  end
  for _ = 1, r:between(10, 16) do
    r:pick(HAPPENINGS)(host, r)
    host:advance(("%dm"):format(r:between(1, 30)))
  end
  host:advance "3h"
end

local function describe_all(found)
  local out = {}
  for i, d in ipairs(found) do
    out[i] = ("%d %s %s %q: %s -> %s"):format(d.event, d.what, d.order, d.rule, d.before, d.now)
  end
  return table.concat(out, "\n")
end

describe("a day by random rules", function()
  for seed = FIRST, FIRST + SEEDS - 1 do
    it("is decided the same when it is played again, seed " .. seed, function()
      local r = random.new(seed, "day")
      local rules = some_rules(r)
      local host = support.host(rules, { orders = r:between(4, 10), disk = true, seed = seed })
      a_day(host, r)
      local found = host:backtest()
      host:close()
      assert.are.equal("", describe_all(found), rules)
      assert.are.equal(found.compared, found.same)
      assert.is_true(found.compared > 10)
    end)
  end
end)
