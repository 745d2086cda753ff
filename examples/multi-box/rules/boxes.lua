-- An order in several boxes, from its packing plan to its confirmation.

-- A carton of the packing plan in Amazon's words.
local function container(name, carton)
  local packed = {}
  for i, item in ipairs(carton) do
    packed[i] = { itemSequenceNumber = item.line, packedQuantity = { amount = item.quantity } }
  end
  return { containerType = "carton", containerIdentifier = name, packedItems = packed,
    weight = { value = "1.5", unitOfMeasure = "KG" } }
end

rule {
  name = "accept",
  on   = "order.new",
  run  = function(e) e.order:accept() end,
}

rule {
  name = "ask for one label a box",
  all  = { "order.accepted", "boxed" },
  run  = function(e)
    local containers = {}
    for i, carton in ipairs(e.order.facts.boxed.cartons) do
      containers[i] = container(tostring(i), carton)
    end
    e.order:request_label { containers = containers }
  end,
}

rule {
  name = "confirm when the carrier has every box",
  all  = { "packed", "picked_up" }, -- for every box that has a label
  run  = function(e) e.order:confirm { shippedDate = e.order.facts.picked_up.at } end,
}
