-- Whether packages fit their shipment: all units, none twice, and what must be sent with them, may
-- be sent and must not.

local refusal = require("sim.refusal")
local shipment_state = require("sim.shipment_state")

local shipment_packages = {}

local GRAMS = { G = 1, KG = 1000, LB = 453.59237, OZ = 28.349523125 }

local function check_form(body)
  local weight = tonumber(body.weight.value) * GRAMS[body.weight.weightUnit]
  if weight < 5 then
    refusal.input(("package %s: weight must be at least 5 G"):format(body.id))
  end
  for _, side in ipairs({ "length", "width", "height" }) do
    if tonumber(body.dimensions[side].value) <= 0 then
      refusal.input(("package %s: %s must be positive"):format(body.id, side))
    end
  end
end

local function lines_by_id(shipment)
  local lines = {}
  for _, line in ipairs(shipment.lines) do
    lines[line.id] = line
  end
  return lines
end

local function there(value)
  return value ~= nil and (type(value) ~= "table" or next(value) ~= nil)
end

-- REQUIRED must be there, DISALLOWED must not.
local function obey(needed, value, what)
  if needed and not there(value) then
    shipment_state.unprocessable(what .. " is REQUIRED")
  elseif not needed and there(value) then
    shipment_state.unprocessable(what .. " is DISALLOWED")
  end
end

local function check_item(line, item)
  obey(line.needs.serial, item.serialNumbers, "serialNumbers of line item " .. line.id)
  obey(line.needs.origin, item.countryOfOrigin, "countryOfOrigin of line item " .. line.id)
  obey(line.needs.value, item.itemValue, "itemValue of line item " .. line.id)
  if line.needs.serial and #item.serialNumbers ~= item.quantity then
    shipment_state.unprocessable("one serial number per unit is expected")
  elseif line.pieces and not item.pieces then
    shipment_state.unprocessable("pieces of line item " .. line.id .. " are missing")
  end
end

local function check_items(lines, body, packed)
  local hazmat = false
  for _, item in ipairs(body.packageLineItems) do
    local line = lines[item.packageLineItemId]
    if not line then
      shipment_state.unprocessable(("packageLineItemId %s is not known"):format(
        item.packageLineItemId))
    elseif item.quantity < 1 then
      refusal.input("quantity must be positive")
    end
    check_item(line, item)
    hazmat = hazmat or line.needs.hazmat
    packed[line.id] = (packed[line.id] or 0) + item.quantity
  end
  if #body.packageLineItems == 0 then
    refusal.input(("package %s holds nothing"):format(body.id))
  end
  obey(hazmat, body.hazmatLabels, "hazmatLabels of package " .. body.id)
end

--- Refuses packages that are not exactly the shipment.
---@param shipment sim.Shipment
---@param bodies table[] all packages
function shipment_packages.judge(shipment, bodies)
  local lines, packed, ids = lines_by_id(shipment), {}, {}
  for _, body in ipairs(bodies) do
    if ids[body.id] then
      refusal.input(("package id %s is used twice"):format(body.id))
    end
    ids[body.id] = true
    check_form(body)
    check_items(lines, body, packed)
  end
  for _, line in ipairs(shipment.lines) do
    if packed[line.id] ~= line.quantity then
      shipment_state.unprocessable(("line item %s has %d units, packed are %d"):format(line.id,
        line.quantity, packed[line.id] or 0))
    end
  end
end

-- An empty list would come back as an object: it is left out.
local function without_empty(value)
  if type(value) ~= "table" then
    return value
  end
  local out = {}
  for key, member in pairs(value) do
    if there(member) then
      out[key] = without_empty(member)
    end
  end
  return out
end

--- A package as it is from now on.
---@param body table
---@return sim.Package
function shipment_packages.new(body)
  return { body = without_empty(body), status = "CREATED", voided = 0 }
end

return shipment_packages
