-- A seller's shipments through their six steps: confirmed, packed, a slot chosen, the invoice, the
-- label, shipped.
--
--   dray run process.lua floor.json
--
-- floor.json is what the warehouse wrote down: which shipments it could not fill, what is packed in
-- which package, which slot it wants, and, for its own courier, the courier's numbers and what
-- became of the delivery.

local floor = read_json(arg[1] or "floor.json").shipments

-- The slot that the floor wants; `recommended` is Amazon's own choice.
local function slot(options, wish)
  if wish == "earliest" then
    return options[1]
  elseif wish == "latest" then
    return options[#options]
  end
  return options.recommended
end

local function process(shipment, report)
  return shipment:process {
    packages = report.packages,
    choose = function(options) return slot(options, report.choose) end,
    labels = function(_, package)
      return { courierSupportedAttributes = report.couriers and report.couriers[package] }
    end,
  }
end

-- What the seller's own courier saw, in order; Amazon is told one after the other.
local function deliver(shipment, report)
  for _, package in ipairs(report.packages) do
    for _, seen in ipairs(report.delivery or {}) do
      local effect = shipment:delivery(package.id, { subStatus = seen })
      if effect then
        effect:wait() -- nil: it is over already
      end
    end
  end
end

local function work(shipment)
  local report = floor[shipment.shipmentId]
  if report.decision == "reject" then
    shipment:reject { reason = report.reason }
    return
  end
  local done, why = process(shipment, report)
  if done then
    deliver(shipment, report)
  else
    log.warn("a shipment stays behind", { shipment = shipment.shipmentId, why = why })
  end
end

-- Run again after it was cut off, it goes on where each shipment stands at Amazon.
poll "shipments"
local all = {}
for shipment in shipments {} do
  all[#all + 1] = floor[shipment.shipmentId] and shipment
end
parallel(all, work, { limit = 50 })
settle()
