-- What Amazon was told, so that a test can say "once". Per operation: calls and how they ended. Per
-- order, business key by business key: how often it was told, how often it was applied,
-- how often refused.

---@class sim.Ledger
local ledger = {}
ledger.__index = ledger

---@class sim.Count
---@field told integer elements received
---@field applied integer elements that changed something
---@field refused integer elements that broke a business rule
---@field duplicated integer of those told, the ones that the fault "duplicated" made

---@return sim.Ledger
function ledger.new()
  return setmetatable({ operations = {}, accounts = {} }, ledger)
end

local function operation_of(self, name)
  local o = self.operations[name]
  if not o then
    o = { calls = 0, ok = 0, throttled = 0, denied = 0, bad = 0, missing = 0, broken = 0,
      faults = 0, peak = 0, second = 0, in_second = 0 }
    self.operations[name] = o
  end
  return o
end

--- A call came in.
---@param name string
---@param now integer
function ledger:call(name, now)
  local o = operation_of(self, name)
  local second = now // 1000
  if second ~= o.second then
    o.second, o.in_second = second, 0
  end
  o.calls = o.calls + 1
  o.in_second = o.in_second + 1
  o.peak = math.max(o.peak, o.in_second)
  o.first_ms = o.first_ms or now
  o.last_ms = now
end

--- A fault was played on a call.
---@param name string
function ledger:fault(name)
  local o = operation_of(self, name)
  o.faults = o.faults + 1
end

local function ending(status)
  if status < 300 then
    return "ok"
  end
  local names = { [401] = "denied", [403] = "denied", [404] = "missing", [429] = "throttled" }
  return names[status] or status >= 500 and "broken" or "bad"
end

--- A call was answered.
---@param name string
---@param status integer
function ledger:answered(name, status)
  local o = operation_of(self, name)
  local key = ending(status)
  o[key] = o[key] + 1
end

-- The counts under the path of keys, made on the way.
local function count_at(self, account, number, what, package)
  local orders = self.accounts[account] or {}
  self.accounts[account] = orders
  local order = orders[number] or {}
  orders[number] = order
  local place, key = order, what
  if package then
    order[what] = order[what] or {}
    place, key = order[what], package
  end
  place[key] = place[key] or { told = 0, applied = 0, refused = 0, duplicated = 0 }
  return place[key]
end

---@class sim.Telling
---@field account string
---@field order string purchaseOrderNumber or shipmentId as told
---@field what string one of ledger.kinds
---@field package? string tracking number of a scan; id of a shipment's package
---@field word string accepted, rejected, label, SHIPPED, FLOOR_DENIAL, "D1/NS", CONFIRM, …
---@field refused? table the error that it led to
---@field duplicated boolean

--- One element of a write.
---@param t sim.Telling
function ledger:told(t)
  local count = count_at(self, t.account, t.order, t.what, t.package)
  count.told = count.told + 1
  count.duplicated = count.duplicated + (t.duplicated and 1 or 0)
  if t.refused then
    count.refused = count.refused + 1
    count.why = t.refused.code
    return
  end
  count.applied = count.applied + 1
  count[t.word] = (count[t.word] or 0) + 1
end

--- The counts of one business key; zeros when it was never told.
---@param account string
---@param order string
---@param what string
---@param package? string
---@return sim.Count
function ledger:of(account, order, what, package)
  local told = self.accounts[account] and self.accounts[account][order]
  local count = told and told[what]
  if package then
    count = count and count[package]
  end
  return count or { told = 0, applied = 0, refused = 0, duplicated = 0 }
end

local function add(total, count)
  total.keys = total.keys + 1
  for _, key in ipairs({ "told", "applied", "refused", "duplicated" }) do
    total[key] = total[key] + count[key]
  end
  if count.told - count.duplicated > 1 then
    total.again = total.again + 1
  end
end

-- What Amazon is told, of orders and of shipments; true: package by package.
ledger.kinds = {
  acknowledgement = false, label = false, confirmation = false, scans = true,
  processed = false, packages = true, updates = true, invoice = false, labels = true,
  shipped = true, delivery = true,
}

-- Sums over all orders and shipments; `again` counts keys that the client told more than once.
local function totals(self)
  local sums = {}
  for what in pairs(ledger.kinds) do
    sums[what] = { keys = 0, told = 0, applied = 0, refused = 0, duplicated = 0, again = 0 }
  end
  for _, orders in pairs(self.accounts) do
    for _, told in pairs(orders) do
      for what, count in pairs(told) do
        for _, one in pairs(ledger.kinds[what] and count or { count }) do
          add(sums[what], one)
        end
      end
    end
  end
  return sums
end

--- Everything, as a table that turns into JSON.
---@return { operations: table, accounts: table, totals: table }
function ledger:report()
  return { operations = self.operations, accounts = self.accounts, totals = totals(self) }
end

return ledger
