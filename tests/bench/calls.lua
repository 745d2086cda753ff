-- From new orders to proved confirmations with safe defaults and no scans, to count the calls.
--
--   dray run calls.lua floor.json
local floor = read_json(arg[1]).orders

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

poll "orders"
for order in orders { state = "new" } do
  local report = floor[order.purchaseOrderNumber]
  if report.decision == "reject" then
    order:reject { code = report.code }
  else
    order:accept()
    if report.decision == "deny" then
      order:floor_deny { why = "the floor could not fill it" }
    else
      if not order.own_label then order:request_label() end
      order:confirm { shippedDate = report.pickedUpAt, containers = containers(report.boxes) }
    end
  end
end
settle()
