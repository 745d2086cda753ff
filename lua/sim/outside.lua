-- What happens to shipments outside a client's calls: stock that comes, Amazon's carrier, customers
-- who cancel, labels that are taken back, other tools of the seller that do the steps themselves.

local shipment_floor = require("sim.shipment_floor")
local shipment_invoice = require("sim.shipment_invoice")
local shipment_labels = require("sim.shipment_labels")
local shipment_options = require("sim.shipment_options")
local shipment_state = require("sim.shipment_state")
local shipment_writes = require("sim.shipment_writes")

---@class sim.Outside
local outside = {}
outside.__index = outside

---@param sim sim.Amazon
---@return sim.Outside
function outside.new(sim)
  return setmetatable({ sim = sim, world = sim.world }, outside)
end

--- A shipment that was just made: one without stock gets it some time.
---@param shipment sim.Shipment
function outside:created(shipment)
  if shipment.status ~= "CREATED" then
    return
  end
  self.world:after("stock", function(due)
    if shipment.status == "CREATED" then
      shipment_state.set(shipment, due, "ACCEPTED")
    end
  end)
end

-- All packages have this status from now on.
local function all_packages(shipment, status, now, sub_status)
  for _, package in ipairs(shipment.packages) do
    package.status = status
  end
  shipment_state.follow(shipment, now, sub_status)
end

--- A shipment whose labels were made: where Amazon sets SHIPPED by itself, its carrier comes.
---@param shipment sim.Shipment
function outside:labelled(shipment)
  if not shipment.amazon_ships or shipment.status ~= "SHIPLABEL_GENERATED" then
    return
  end
  local label = shipment.packages[1].label
  self.world:after("pickup", function(due)
    if shipment.status == "SHIPLABEL_GENERATED" and not label.void then
      all_packages(shipment, "SHIPPED", due, "PICKED_UP")
      self:shipped(shipment)
    end
  end)
end

--- A shipment that has left with Amazon's carrier arrives.
---@param shipment sim.Shipment
function outside:shipped(shipment)
  if shipment.status ~= "SHIPPED" or shipment.shipping == "SELF" then
    return
  end
  self.world:after("delivery", function(due)
    if shipment.status == "SHIPPED" then
      all_packages(shipment, "DELIVERED", due, "DELIVERED")
    end
  end)
end

--- The customer or Amazon cancels; what has been shipped stays shipped.
---@param shipment sim.Shipment
---@return boolean
function outside:cancel(shipment)
  self.world:settle()
  if shipment.status == "CANCELLED" or shipment_state.rank(shipment.status) >= 5 then
    return false
  end
  shipment_writes.cancel(shipment, self.world.now, "MARKETPLACE_CANCELLED", "changed my mind")
  return true
end

--- The label is taken back: a new slot and a new label are needed.
---@param shipment sim.Shipment
---@param sub_status "LABEL_CANCELED"|"PENDING_SCHEDULE"
---@return boolean
function outside:take_label_back(shipment, sub_status)
  self.world:settle()
  if shipment.status ~= "SHIPLABEL_GENERATED" then
    return false
  end
  for _, package in ipairs(shipment.packages) do
    shipment_state.void_label(package)
    package.offered = nil
  end
  shipment_state.set(shipment, self.world.now, shipment.status, sub_status)
  return true
end

-- ---- another tool ----

-- One step of another tool from each status; nil where the shipment does not need it.
local steps = {}

function steps.CREATED(_, shipment, now)
  shipment_state.set(shipment, now, "ACCEPTED")
end

function steps.ACCEPTED(_, shipment, now)
  shipment_state.set(shipment, now, "CONFIRMED")
end

function steps.CONFIRMED(_, shipment, now)
  shipment_writes.pack(shipment, shipment_floor.packages(shipment), now)
end

local function label(self, shipment, now)
  for _, package in ipairs(shipment.packages) do
    local option = package.offered and package.offered[1]
    shipment_labels.make(self.sim, shipment, package, option)
  end
  shipment_state.follow(shipment, now)
end

function steps.PICKUP_SLOT_RETRIEVED(self, shipment, now)
  if shipment.needs_invoice then
    shipment_invoice.make(shipment, now)
  else
    label(self, shipment, now)
  end
end

function steps.PACKAGE_CREATED(self, shipment, now)
  local offered = shipment_options.now(self.world, shipment)
  if #offered == 0 then
    steps.PICKUP_SLOT_RETRIEVED(self, shipment, now)
    return
  end
  for _, package in ipairs(shipment.packages) do
    package.offered, package.status = offered, "PICKUP_SLOT_RETRIEVED"
  end
  shipment_state.follow(shipment, now)
end

steps.INVOICE_GENERATED = label

function steps.SHIPLABEL_GENERATED(_, shipment, now)
  all_packages(shipment, "SHIPPED", now)
end

function steps.SHIPPED(_, shipment, now)
  all_packages(shipment, "DELIVERED", now, "DELIVERED")
end

--- Another tool does the next step.
---@param shipment sim.Shipment
---@return boolean false when the shipment is over
function outside:step(shipment)
  self.world:settle()
  local step = steps[shipment.status]
  if step then
    step(self, shipment, self.world.now)
  end
  return step ~= nil
end

--- Another tool brings the shipment as far as a status, or one step past it where the shipment does
--- not have that one (an invoice that nobody wants).
---@param shipment sim.Shipment
---@param status string
---@return boolean ok
function outside:move(shipment, status)
  self.world:settle()
  local wanted = shipment_state.order(status)
  while shipment_state.order(shipment.status) < wanted do
    if not self:step(shipment) then
      return false
    end
  end
  return shipment.status ~= "CANCELLED"
end

return outside
