-- What Amazon knows: accounts, their orders, labels, slips and invoices, and what is going to
-- happen to them. Time does its work when somebody looks: settle() runs everything that is due.

local heap = require("sim.heap")
local instant = require("sim.instant")
local orders = require("sim.orders")
local random = require("sim.random")
local shipments = require("sim.shipments")

---@class sim.World
---@field settings table
---@field now integer the request's time
local world = {}
world.__index = world

---@class sim.Label
---@field order sim.Order
---@field created_ms integer
---@field packages { identifier: string, tracking: string }[]
---@field ship_method string
---@field stale boolean a newer one has taken its place

local function open_account(self, options)
  local account = {
    id = options.id,
    options = options,
    orders = {}, -- by purchaseOrderNumber
    list = {}, -- by creation
    labels = {},
    slips = {},
    invoices = {},
    counts = { NEW = 0, ACCEPTED = 0, SHIPPED = 0, CANCELLED = 0 },
    made = 0,
    shipments = {}, -- by id
    shipment_list = {}, -- by creation
  }
  self.accounts[options.id] = account
  self.account_list[#self.account_list + 1] = account
end

--- A world with its accounts; begin() fills it.
---@param settings table
---@return sim.World
function world.new(settings)
  local self = setmetatable({
    settings = settings,
    now = settings.clock(),
    accounts = {},
    account_list = {},
    started_ms = settings.clock(),
    later = heap.new(),
    transactions = {},
    chance = random.new(settings.seed, "world"),
    trackings = 0,
  }, world)
  for _, options in ipairs(settings.accounts) do
    open_account(self, options)
  end
  return self
end

-- The last second of the local day that begins `days` after today.
local function end_of_day(self, zone, days)
  local offset = self.settings.zone_offset(zone, self.now)
  local day = (self.now + offset) // instant.DAY + days
  local last = (day + 1) * instant.DAY - 1000
  return last - self.settings.zone_offset(zone, last - offset)
end

--- The number of the local day that an instant falls on.
---@param zone string
---@param utc_ms integer
---@return integer
function world:local_day(zone, utc_ms)
  return (utc_ms + self.settings.zone_offset(zone, utc_ms)) // instant.DAY
end

local function add_order(self, account, created_ms)
  account.made = account.made + 1
  local houses = account.options.warehouses
  local house = houses[(account.made - 1) % #houses + 1]
  local tomorrow = self.chance:chance(self.settings.share.tomorrow)
  local order = orders.make({
    seed = self.settings.seed,
    account = account.id,
    selling_party = account.options.selling_party,
    warehouse = house,
    number = account.made,
    created_ms = created_ms,
    required_ship_ms = end_of_day(self, house.zone, tomorrow and 1 or 0),
    same_numbers = self.settings.same_numbers,
    share = self.settings.share,
  })
  account.orders[order.purchaseOrderNumber] = order
  account.list[#account.list + 1] = order
  account.counts.NEW = account.counts.NEW + 1
  return order
end

local function add_shipment(self, account, created_ms)
  local places = account.options.locations
  local number = #account.shipment_list + 1
  local location = places[(number - 1) % #places + 1]
  local shipment = shipments.make({
    seed = self.settings.seed,
    account = account.id,
    location = location,
    number = number,
    created_ms = created_ms,
    expected_ms = end_of_day(self, location.zone, 1),
    share = self.settings.share,
  })
  account.shipments[shipment.id] = shipment
  account.shipment_list[number] = shipment
  self.outside:created(shipment)
  return shipment
end

-- Calls add(self, account, created_ms) for so many of the last hours, the oldest first.
local function add_first(self, account, count, add)
  local young, old = table.unpack(self.settings.age_ms)
  for i = 1, count do
    local age = count > 1 and old - (old - young) * (i - 1) // (count - 1) or young
    add(self, account, self.now - age)
  end
end

--- The orders and shipments that are there at the start.
---@param outside sim.Outside what else happens to shipments
function world:begin(outside)
  self.outside = outside
  for _, account in ipairs(self.account_list) do
    add_first(self, account, account.options.orders or 0, add_order)
    add_first(self, account, account.options.shipments or 0, add_shipment)
  end
end

--- Orders that come in now.
---@param id? string the account; the first one when nil
---@param count integer
---@return sim.Order[]? orders, string? message
function world:add_orders(id, count)
  local account = id and self.accounts[id] or not id and self.account_list[1]
  if not account then
    return nil, ("there is no account %q"):format(id)
  end
  self:settle()
  local made = {}
  for i = 1, count do
    made[i] = add_order(self, account, self.now)
  end
  return made
end

--- Shipments that come in now, at one location or at all in turn.
---@param id? string the account; the first one of a seller when nil
---@param count integer
---@return sim.Shipment[]? shipments, string? message
function world:add_shipments(id, count)
  local account = id and self.accounts[id]
  for _, one in ipairs(not id and self.account_list or {}) do
    account = account or one.options.program == "external" and one or nil
  end
  if not account or account.options.program ~= "external" then
    return nil, "there is no such account of a seller"
  end
  self:settle()
  local made = {}
  for i = 1, count do
    made[i] = add_shipment(self, account, self.now)
  end
  return made
end

--- Lets everything happen that is due by now.
---@return integer now
function world:settle()
  self.now = math.max(self.now, self.settings.clock())
  while (self.later:next_due() or math.huge) <= self.now do
    local entry = self.later:pop()
    entry.fn(entry.due)
  end
  return self.now
end

--- Calls fn(due) after one of the settings' delays; at once when there is none.
---@param delay string
---@param fn fun(due: integer)
function world:after(delay, fn)
  local range = self.settings.delays[delay]
  local due = self.now + self.chance:between(range[1], range[2])
  if due <= self.now then
    fn(self.now)
  else
    self.later:push(due, fn)
  end
end

--- Amazon's order state moves on.
---@param order sim.Order
---@param status string
function world:set_status(order, status)
  local counts = self.accounts[order.account].counts
  counts[order.status] = counts[order.status] - 1
  counts[status] = counts[status] + 1
  order.status = status
end

--- The customer or Amazon cancels; what has been shipped stays shipped.
---@param order sim.Order
---@return boolean
function world:cancel(order)
  if order.status ~= "NEW" and order.status ~= "ACCEPTED" then
    return false
  end
  self:set_status(order, "CANCELLED")
  return true
end

--- A number that no other package has.
---@param prefix string
---@return string
function world:tracking_number(prefix)
  self.trackings = self.trackings + 1
  return prefix .. self.chance:digits(4) .. ("%08d"):format(self.trackings)
end

return world
