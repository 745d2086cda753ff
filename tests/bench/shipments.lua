-- A backlog of shipments of one package each, from the list to SHIPPED, all at once.
local floor = read_json(arg[1] or "floor.json").shipments

poll "shipments"
local all = {}
for shipment in shipments {} do
  all[#all + 1] = shipment
end
parallel(all, function(shipment)
  local packages = floor[shipment.shipmentId].packages
  local done, why
  if packages then
    done, why = shipment:process { packages = packages, ship = true }
  else
    done, why = shipment:reject { reason = "OUT_OF_STOCK" }
  end
  assert(done, why)
end, { limit = #all })
settle()
