-- How much is in an order or a shipment.

local units = {}

--- Units of all lines.
---@param record sim.Order|sim.Shipment
---@return integer
function units.of(record)
  local sum = 0
  for _, line in ipairs(record.lines) do
    sum = sum + line.quantity
  end
  return sum
end

return units
