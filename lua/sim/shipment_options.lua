-- retrieveShippingOptions: pick-up slots of Easy Ship, couriers of Self Ship, nothing where Amazon
-- decides (Seller Flex). Slots are real times: those that have begun are gone.

local instant = require("sim.instant")
local query = require("sim.query")
local refusal = require("sim.refusal")
local shipment_state = require("sim.shipment_state")
local shipments = require("sim.shipments")

local shipment_options = {}

local HOUR = 3600000
-- When Amazon's carrier comes, in local time.
local ROUNDS = { 10 * HOUR, 14 * HOUR, 17 * HOUR }
local SLOT = 2 * HOUR

local function window(start_ms, method)
  return { startTime = start_ms // 1000, endTime = (start_ms + SLOT) // 1000,
    handoverMethod = method }
end

local function slot(start_ms, method)
  return {
    shippingOptionId = ("%s%X"):format(method == "PICKUP" and "P" or "D", start_ms // 60000),
    shipBy = "MARKETPLACE",
    carrierName = "ATS",
    pickupWindow = method == "PICKUP" and window(start_ms) or nil,
    timeSlot = window(start_ms, method),
  }
end

-- The next rounds of the carrier from an hour from now on.
local function rounds(world, location, count)
  local offset = world.settings.zone_offset(location.zone, world.now)
  local day = (world.now + offset) // instant.DAY
  local out = {}
  while #out < count do
    for _, round in ipairs(ROUNDS) do
      local start_ms = day * instant.DAY + round - offset
      if start_ms >= world.now + HOUR and #out < count then
        out[#out + 1] = start_ms
      end
    end
    day = day + 1
  end
  return out
end

local function easy_ship(world, shipment)
  local count = shipment.location.slots or 3
  local out = {}
  for i, start_ms in ipairs(rounds(world, shipment.location, count)) do
    out[i] = slot(start_ms, "PICKUP")
  end
  if count > 0 then
    out[#out + 1] = slot(rounds(world, shipment.location, 1)[1], "DROPOFF")
  end
  return out
end

local function self_ship(shipment)
  if shipment.location.courier then
    return { { shippingOptionId = "COURIER", shipBy = "THIRD_PARTY_CARRIER" } }
  end
  return { { shippingOptionId = "OWN", shipBy = "SELLER" } }
end

--- What can be chosen now; empty where Amazon decides.
---@param world sim.World
---@param shipment sim.Shipment
---@return table[]
function shipment_options.now(world, shipment)
  local program = shipment.location.program
  if program == "easy_ship" then
    return easy_ship(world, shipment)
  end
  return program == "self_ship" and self_ship(shipment) or {}
end

-- The one that Amazon would take: the last pick-up before the parcel has to leave, else the first.
local function recommended(shipment, offered)
  local best = offered[1]
  for _, option in ipairs(offered) do
    if option.pickupWindow and option.pickupWindow.endTime * 1000 <= shipment.expected_ms then
      best = option
    end
  end
  return best
end

-- Three ways to say that there is nothing to choose.
local EMPTY = { "{}", '{"shippingOptions":[]}',
  '{"shippingOptions":null,"recommendedShippingOption":null}' }

--- An option was looked at: a package that waits for one has one, and so has one whose label was
--- taken back.
---@param shipment sim.Shipment
---@param package sim.Package
---@param now integer
function shipment_options.taken(shipment, package, now)
  local again = shipment.sub_status == "LABEL_CANCELED" or shipment.sub_status == "PENDING_SCHEDULE"
  if package.status == "CREATED" or again and not package.label then
    package.status = "PICKUP_SLOT_RETRIEVED"
    shipment_state.follow(shipment, now)
  end
end

--- retrieveShippingOptions.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status, string json
function shipment_options.retrieve(sim, call)
  query.only(call.params, { packageId = true })
  if not call.params.packageId then
    refusal.input("query parameter packageId is missing")
  end
  local shipment = shipment_state.open(call)
  local package = shipments.package(shipment, call.params.packageId)
  if not package then
    shipment_state.not_found("packageId is not known")
  elseif shipment_state.rank(package.status) > 4 then
    shipment_state.unprocessable("the package is " .. package.status)
  end
  package.offered = shipment_options.now(sim.world, shipment)
  if #package.offered == 0 then
    return 200, EMPTY[shipment.person % 3 + 1]
  end
  shipment_options.taken(shipment, package, sim.world.now)
  local best = recommended(shipment, package.offered)
  package.recommended = best.shippingOptionId
  return 200, ('{"shippingOptions":%s,"recommendedShippingOption":%s}'):format(
    sim.json:array(package.offered), sim.json:encode(best))
end

--- The option that a label is made for; refuses one that was never offered or is gone. Nil where
--- Amazon decides.
---@param world sim.World
---@param shipment sim.Shipment
---@param package sim.Package
---@param id? string the first of the recommended ones when nil
---@return table?
function shipment_options.chosen(world, shipment, package, id)
  if shipment.location.program ~= "easy_ship" then
    return nil
  elseif not package.offered or package.status == "CREATED" then
    shipment_state.unprocessable("no shipping option was retrieved for package " .. package.body.id)
  end
  id = id or package.recommended
  for _, option in ipairs(package.offered) do
    if option.shippingOptionId == id then
      if option.timeSlot.startTime * 1000 <= world.now then
        shipment_state.unprocessable("the shipping option is not available any more")
      end
      return option
    end
  end
  shipment_state.unprocessable("the shipping option is not known")
end

return shipment_options
