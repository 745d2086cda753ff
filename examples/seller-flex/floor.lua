-- Plays the floor of the simulator: reports what floor.json (of `dray sim --floor`) says of each
-- shipment: its boxes, or that it cannot be filled.
--
--   dray run floor.lua floor.json

for id, report in pairs(read_json(arg[1] or "floor.json").shipments) do
  if report.decision == "reject" then
    event("missing", id)
  end
  for _, package in ipairs(report.packages or {}) do
    event("packed", id, {
      box = package.id,
      weight = package.weight,
      dimensions = package.dimensions,
      hazmatLabels = package.hazmatLabels,
      packageLineItems = package.packageLineItems,
    })
  end
end
