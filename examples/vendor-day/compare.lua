-- Compares what dray believes with what the simulator was told. Both ways: every effect is in the
-- ledger exactly once, and everything in the ledger is an effect that was proved.
--
--   dray run compare.lua ledger.json amazon.json effects.json orders.json
--
-- The first two are GET /sim/ledger and GET /sim/orders, the others lists of `dray effects --json`
-- and `dray orders --json`. Ends with an error when they disagree.

local ledger = read_json(arg[1]).accounts
local amazon = read_json(arg[2]).orders
local effects = read_json(arg[3])
local orders_here = read_json(arg[4])

-- The ledger's section and word for each verb; a scan's word is its pair of codes.
local told_as = {
  accept = { "acknowledgement", "accepted" },
  reject = { "acknowledgement", "rejected" },
  request_label = { "label", "label" },
  confirm = { "confirmation", "SHIPPED" },
  floor_deny = { "confirmation", "FLOOR_DENIAL" },
}

-- What an order's state is when Amazon took one of these.
local state_after = {
  rejected = { rejected = true },
  FLOOR_DENIAL = { denied = true },
  SHIPPED = { shipped = true, delivered = true },
}

local differences = {}
local function differ(...)
  differences[#differences + 1] = string.format(...)
end

-- Section, word and package of an effect; a scan's key is PO|tracking number|status|reason|time.
local function telling(effect)
  if effect.verb ~= "scan" then
    local as = told_as[effect.verb]
    return as[1], as[2]
  end
  local tracking, status, reason = effect.key:match("^[^|]*|([^|]*)|([^|]*)|([^|]*)|")
  return "scans", status .. "/" .. reason, tracking
end

local function count_of(effect, section, package)
  local order = (ledger[effect.account] or {})[effect.purchaseOrderNumber] or {}
  local count = order[section] or {}
  return package and (count[package] or {}) or count
end

local claimed = {} -- what an effect accounts for, by place in the ledger
local function place(account, number, section, word, package)
  return table.concat({ account, number, section, package or "", word }, "\t")
end

local function check_effect(effect)
  if effect.verb == "print" then return end -- no matter of Amazon's
  local section, word, package = telling(effect)
  local count = count_of(effect, section, package)
  local number = effect.purchaseOrderNumber
  local name = ("order %s: %s (effect %d)"):format(number, effect.verb, effect.id)
  local at = place(effect.account, number, section, word, package)
  claimed[at] = (claimed[at] or 0) + 1
  if effect.state ~= "succeeded" then
    differ("%s is %s: %s", name, effect.state, effect.why)
  elseif count[word] ~= 1 then
    differ("%s succeeded here, Amazon took it %d times", name, count[word] or 0)
  end
end

local counters = { told = true, applied = true, refused = true, duplicated = true, why = true }
local kinds = { acknowledgement = 0, label = 0, confirmation = 0, scans = 0 }

local function check_count(account, number, section, count, package)
  local words, name = 0, ("order %s: %s"):format(number, section)
  for word, times in pairs(count) do
    if not counters[word] then
      words = words + times
      local here = claimed[place(account, number, section, word, package)] or 0
      if here ~= 1 then
        differ("%s %s: Amazon took it %d times, %d effects here", name, word, times, here)
      end
    end
  end
  if count.told - count.duplicated ~= words then
    differ("%s: sent %d times for %d things", name, count.told - count.duplicated, words)
  end
  kinds[section] = kinds[section] + words
end

local function check_told(account, number, told)
  for section, count in pairs(told) do
    if section == "scans" then
      for package, one in pairs(count) do
        check_count(account, number, section, one, package)
      end
    else
      check_count(account, number, section, count)
    end
  end
end

local function check_order(order)
  local told = (ledger[order.account] or {})[order.purchaseOrderNumber] or {}
  for _, section in ipairs { "acknowledgement", "confirmation" } do
    for word in pairs(told[section] or {}) do
      if state_after[word] and not state_after[word][order.state] then
        differ("order %s is %s here, Amazon took %s", order.purchaseOrderNumber, order.state, word)
      end
    end
  end
end

local function check_orders()
  local here = {}
  for _, order in ipairs(orders_here) do
    here[order.account .. "\t" .. order.purchaseOrderNumber] = true
    check_order(order)
  end
  for _, order in ipairs(amazon) do
    if not here[order.account .. "\t" .. order.purchaseOrderNumber] then
      differ("order %s is at Amazon and not here", order.purchaseOrderNumber)
    end
  end
  if #amazon ~= #orders_here then
    differ("%d orders here, %d at Amazon", #orders_here, #amazon)
  end
end

for _, effect in ipairs(effects) do
  check_effect(effect)
end
for account, told_orders in pairs(ledger) do
  for number, told in pairs(told_orders) do
    check_told(account, number, told)
  end
end
check_orders()

if #differences > 0 then
  print(table.concat(differences, "\n", 1, math.min(#differences, 20)))
  error(("dray and the simulator's ledger disagree in %d places"):format(#differences), 0)
end
print(("dray and the simulator's ledger agree: %d orders, %d acknowledgements, %d label requests, "
  .. "%d confirmations and denials, %d scans, each once and proved"):format(#amazon,
  kinds.acknowledgement, kinds.label, kinds.confirmation, kinds.scans))
