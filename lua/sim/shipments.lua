-- Makes External Fulfillment shipments that differ as real ones do, from a seed: the same seed and
-- number give the same shipment. How one looks to a client is in shipment_text.lua.

local places = require("sim.places")
local random = require("sim.random")
local units = require("sim.units")

local shipments = {}

---@class sim.Location a place that ships, and how
---@field id string locationId
---@field program "seller_flex"|"easy_ship"|"self_ship"
---@field country string DE, IN or US
---@field zone string IANA name
---@field format "ZPL"|"PNG"|"PDF" of its labels
---@field courier? boolean self_ship: a third party's courier, its numbers come with the call
---@field slots? integer easy_ship: pick-up slots that are offered (3)

---@class sim.ShipmentLine
---@field id string shipmentLineItemId
---@field sku string
---@field title string
---@field quantity integer
---@field cents integer
---@field grams integer
---@field pieces? integer pieces of one unit; nil: it is one piece
---@field needs { serial: boolean, hazmat: boolean, origin: boolean, value: boolean }
---@field cancellation? table

---@class sim.Package
---@field body table as the seller sent it
---@field status string the model's PackageStatus
---@field offered? table[] shipping options as they were last shown
---@field label? sim.ShipLabel the one that is valid
---@field voided integer labels that were valid once

---@class sim.Shipment
---@field id string
---@field account string
---@field location sim.Location
---@field status string
---@field sub_status? string
---@field created_ms integer
---@field updated_ms integer
---@field earliest_ms? integer nothing may be done before
---@field expected_ms integer when it has to leave
---@field lines sim.ShipmentLine[]
---@field packages sim.Package[]
---@field boxes integer packages that the floor will make
---@field eligible string[] states in which the seller may reject it
---@field invoice? { id: string, created_ms: integer }
---@field needs_invoice boolean
---@field busy? string the operation whose workflow is running

---@class sim.ShipmentSpec
---@field seed integer
---@field account string
---@field location sim.Location
---@field number integer counts the account's shipments from 1
---@field created_ms integer
---@field expected_ms integer
---@field share table<string, number>

local CHANNELS = { seller_flex = "FBA", easy_ship = "MFN", self_ship = "MFN" }
local LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
local NUMBERS = 62 ^ 7 // 1 | 0

-- Countries where Amazon sets SHIPPED by itself when its carrier picks a parcel up.
local AMAZON_SHIPS = { IN = true, AE = true, TR = true, SA = true }

local REJECTABLE = {
  { "CREATED", "ACCEPTED" },
  { "CREATED", "ACCEPTED", "CONFIRMED", "PACKAGE_CREATED", "PICKUP_SLOT_RETRIEVED" },
}

-- "Dg79mc6BT": different for every number of an account, since the multiplier shares no factor
-- with 62.
local function shipment_id(spec)
  local offset = random.new(spec.seed, "shipments " .. spec.account):below(NUMBERS)
  local left = (spec.number * 982451653 + offset) % NUMBERS
  local out = {}
  for i = 7, 1, -1 do
    local at = left % 62 + 1
    out[i], left = LETTERS:sub(at, at), left // 62
  end
  return "D" .. table.concat(out)
end

local function make_line(r, number, share)
  local good = r:pick(places.goods)
  return {
    id = tostring(number),
    sku = good.sku,
    title = good.title,
    quantity = r:between(1, 2),
    cents = good.cents,
    grams = good.grams,
    pieces = r:chance(share.pieces) and 2 or nil,
    needs = {
      serial = r:chance(share.serials),
      hazmat = r:chance(share.hazmat),
      origin = r:chance(share.origin),
      value = r:chance(share.value),
    },
  }
end

local function make_lines(r, share)
  local lines = {}
  for i = 1, r:chance(share.several_lines) and r:between(2, 3) or 1 do
    lines[i] = make_line(r, i - 1, share)
  end
  return lines
end

-- What is decided for each shipment by chance.
local function traits(shipment, r, share)
  local location = shipment.location
  local by_amazon = location.program ~= "self_ship" and AMAZON_SHIPS[location.country] or false
  shipment.priority = r:chance(share.priority) and "HIGH" or "LOW"
  shipment.gift = r:chance(share.gift)
  shipment.slip = shipment.gift or r:chance(share.slip)
  shipment.person = r:below(1 << 30)
  shipment.eligible = r:pick(REJECTABLE)
  shipment.amazon_ships = by_amazon and r:chance(share.picked_up)
  if r:chance(share.created) and location.program ~= "seller_flex" then
    shipment.status = "CREATED" -- on MFN channels only
  end
  if r:chance(share.early) then
    shipment.earliest_ms = shipment.created_ms + r:between(30, 90) * 60000
  end
  if units.of(shipment) > 1 and r:chance(share.several_boxes) then
    shipment.boxes = 2
  end
end

--- A new shipment.
---@param spec sim.ShipmentSpec
---@return sim.Shipment
function shipments.make(spec)
  local r = random.new(spec.seed, ("shipment %s %d"):format(spec.account, spec.number))
  local location = spec.location
  local shipment = {
    id = shipment_id(spec),
    account = spec.account,
    location = location,
    channel = CHANNELS[location.program],
    shipping = location.program == "self_ship" and "SELF" or "MARKETPLACE",
    status = "ACCEPTED",
    created_ms = spec.created_ms,
    updated_ms = spec.created_ms,
    expected_ms = spec.expected_ms,
    lines = make_lines(r, spec.share),
    packages = {},
    boxes = 1,
    needs_invoice = location.country == "IN" and location.program ~= "self_ship",
  }
  traits(shipment, r, spec.share)
  return shipment
end

--- The package with an id.
---@param shipment sim.Shipment
---@param id string
---@return sim.Package?
function shipments.package(shipment, id)
  for _, package in ipairs(shipment.packages) do
    if package.body.id == id then
      return package
    end
  end
end

return shipments
