-- luacheck: std dray_script
-- A day as examples/vendor-day has it, by a script that goes on when Amazon does not answer.
local floor = read_json("floor.json").orders

-- Asks a list until it answers.
local function insist(name)
  for _ = 1, 200 do
    if try(poll, name) then
      return
    end
    sleep "2m"
  end
  error("Amazon does not answer: " .. name)
end

local function containers(boxes)
  local list = {}
  for i, box in ipairs(boxes) do
    local packed = {}
    for k, item in ipairs(box.items) do
      packed[k] = { itemSequenceNumber = item.line, packedQuantity = { amount = item.quantity } }
    end
    list[i] = { containerIdentifier = box.box, trackingNumber = box.trackingNumber,
      weight = box.weight, packedItems = packed }
  end
  return list
end

local function ship(order, report)
  if not order.own_label then
    order:request_label()
  end
  order:confirm { shippedDate = report.pickedUpAt, containers = containers(report.boxes) }
  for _, scan in ipairs(report.scans or {}) do
    order:scan { trackingNumber = scan.trackingNumber, meaning = scan.meaning,
      statusDateTime = scan.statusDateTime, statusLocationAddress = scan.place }
  end
end

local function work(order)
  local report = floor[order.purchaseOrderNumber]
  if report.decision == "reject" then
    order:reject { code = report.code }
    return
  end
  order:accept()
  if report.decision == "deny" then
    order:floor_deny()
  else
    ship(order, report)
  end
end

insist "orders"
for order in orders { state = "new" } do
  work(order)
end
settle { timeout = "3d" }
insist "shipped"
insist "cancelled"
