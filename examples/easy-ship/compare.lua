-- Compares what dray believes with what the simulator was told. Both ways: every effect is in the
-- ledger as often as it was planned, and everything in the ledger is an effect that was proved.
--
--   dray run compare.lua ledger.json amazon.json effects.json
--
-- The first two are GET /sim/ledger and GET /sim/shipments, the third is the list of
-- `dray effects --json`. Ends with an error when they disagree.

local ledger = read_json(arg[1])
local amazon = read_json(arg[2]).shipments
local effects = read_json(arg[3])

-- The ledger's section for each verb, and its word; what the effect's key says beyond the shipment
-- is the packages, or a package and a word.
local told_as = {
  confirm = { "processed", "CONFIRM" },
  reject = { "processed", "REJECT" },
  create_packages = { "packages", "created", by_package = true },
  generate_invoice = { "invoice", "generated" },
  generate_labels = { "labels", "GENERATE", by_package = true },
  mark_shipped = { "shipped", nil, by_status = true },
  delivery = { "delivery", nil, by_status = true },
}

local differences = {}
local function differ(...)
  differences[#differences + 1] = string.format(...)
end

local claimed = {} -- how many effects account for a place in the ledger
local function place(account, id, section, package, word)
  return table.concat({ account, id, section, package or "", word }, "\t")
end

local function claim(effect, section, package, word)
  local at = place(effect.account, effect.purchaseOrderNumber, section, package, word)
  local count = ((ledger.accounts[effect.account] or {})[effect.purchaseOrderNumber] or {})[section]
  claimed[at] = (claimed[at] or 0) + 1
  if not (package and (count or {})[package] or count or {})[word] then
    differ("shipment %s: %s%s succeeded here, Amazon was never told", effect.purchaseOrderNumber,
      effect.verb, package and " of package " .. package or "")
  end
end

local function check_effect(effect)
  local as, rest = told_as[effect.verb], effect.key:match("^[^|]*|(.*)$")
  if effect.state ~= "succeeded" then
    differ("shipment %s: %s is %s: %s", effect.purchaseOrderNumber, effect.verb, effect.state,
      effect.why)
  elseif as and as.by_package then
    for package in rest:gmatch("[^,|]+") do
      claim(effect, as[1], package, as[2])
    end
  elseif as and as.by_status then
    claim(effect, as[1], rest:match("^([^|]*)|([^|]*)"))
  elseif as then
    claim(effect, as[1], nil, as[2])
  end
end

local counters = { told = true, applied = true, refused = true, duplicated = true, why = true }
local applied = {}

local function check_count(account, id, section, package, count)
  for word, times in pairs(count) do
    local here = claimed[place(account, id, section, package, word)] or 0
    local most = word == "GENERATE" and times or here + count.duplicated -- the same label again
    if not counters[word] and (here == 0 or times < here or times > most) then
      differ("shipment %s: %s %s%s: Amazon took it %d times, %d effects here", id, section, word,
        package and " of package " .. package or "", times, here)
    end
  end
  applied[section] = (applied[section] or 0) + count.applied
end

local function check_ledger(account, id, sections)
  for section, count in pairs(sections) do
    if count.told then
      check_count(account, id, section, nil, count)
    else
      for package, one in pairs(count) do
        check_count(account, id, section, package, one)
      end
    end
  end
end

-- What dray shows is what Amazon has, whoever moved it, but for a carrier who came meanwhile.
local function check_shipment(one)
  local ok, here = pcall(shipment, one.shipmentId)
  if not ok then
    differ("shipment %s is at Amazon and not here", one.shipmentId)
    return
  end
  local labels = {}
  for document in here.labels do
    labels[document.package] = document.trackingNumber
  end
  for _, package in ipairs(one.packages) do
    if package.trackingId ~= labels[package.id] then
      differ("shipment %s: package %s has another label here than at Amazon", one.shipmentId,
        package.id)
    end
  end
end

for _, effect in ipairs(effects) do
  check_effect(effect)
end
for account, shipments_told in pairs(ledger.accounts) do
  for id, sections in pairs(shipments_told) do
    check_ledger(account, id, sections)
  end
end
for _, one in ipairs(amazon) do
  check_shipment(one)
end
if ledger.files.with_token > 0 then
  differ("%d label files were asked for with a token", ledger.files.with_token)
end

if #differences > 0 then
  print(table.concat(differences, "\n", 1, math.min(#differences, 20)))
  error(("dray and the simulator's ledger disagree in %d places"):format(#differences), 0)
end
print(("dray and the simulator's ledger agree: %d shipments, %d confirmed or rejected, "
  .. "%d packages, %d invoices, %d labels, %d reported as shipped, %d steps of deliveries"):format(
  #amazon, applied.processed or 0, applied.packages or 0, applied.invoice or 0,
  applied.labels or 0, applied.shipped or 0, applied.delivery or 0))
