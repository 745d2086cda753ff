-- A vendor's day, from new orders to proved shipments.
--
--   dray run day.lua floor.json
--
-- floor.json is what the warehouse wrote down: which orders it could not fill, what is packed in
-- which box, and, for its own carrier, the carrier's scans.

local floor = read_json(arg[1] or "floor.json").orders

-- What the floor calls a box, in Amazon's words. Ship method and tracking number of an Amazon
-- label are filled in by dray, from the latest label.
local function container(box)
  local packed = {}
  for i, item in ipairs(box.items) do
    packed[i] = { itemSequenceNumber = item.line, packedQuantity = { amount = item.quantity } }
  end
  return {
    containerIdentifier = box.box,
    trackingNumber = box.trackingNumber,
    weight = box.weight,
    packedItems = packed,
  }
end

local function containers(boxes)
  local list = {}
  for i, box in ipairs(boxes) do
    list[i] = container(box)
  end
  return list
end

-- Every verb says what is to happen; dray finds out when it may: a label waits for the proved
-- acceptance, a confirmation for the label and the packing slip, a scan for the confirmation.
local function work(order)
  local report = floor[order.purchaseOrderNumber]
  if report.decision == "reject" then
    order:reject { code = report.code }
    return
  end
  order:accept()
  if report.decision == "deny" then
    order:floor_deny { why = "the floor could not fill it" }
    return
  end
  if order.own_label == false then
    order:request_label()
  end
  order:confirm { shippedDate = report.pickedUpAt, containers = containers(report.boxes) }
  for _, scan in ipairs(report.scans or {}) do
    order:scan {
      trackingNumber = scan.trackingNumber,
      meaning = scan.meaning,
      statusDateTime = scan.statusDateTime,
      statusLocationAddress = scan.place,
    }
  end
end

poll "orders"
-- A day that was cut off is simply run again: a verb that is asked for again is the effect that is
-- there already.
for order in orders {} do
  if floor[order.purchaseOrderNumber] then
    work(order)
  end
end
settle()
poll "invoices"
