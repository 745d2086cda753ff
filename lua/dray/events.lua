--- The events that dray knows by itself (design 9): its own, and those that the floor reports.
local events = {}

--- What dray tells: nobody reports these.
events.own = {
  "order.new", "order.changed", "order.accepted", "order.shipped", "order.denied",
  "order.rejected", "order.cancelled", "order.delivered",
  "shipment.new", "shipment.changed", "shipment.cancelled", "package.created", "options.ready",
  "label.ready", "label.replaced", "label.void", "slip.ready", "invoice.ready", "gift.ready",
  "wrap.ready", "stock.changed", "deadline.near", "deadline.missed",
  "effect.succeeded", "effect.failed", "effect.held", "effect.unknown",
}

local measure = { type = "table" }

--- What the floor and the carrier report without a declaration. A field is
--- { type, required, choices }; every event also has `at`, one per box `box` and `trackingNumber`.
events.floor = {
  packed = { per = "box", fields = {
    containerType = { type = "text" },
    manifestId = { type = "text" },
    weight = measure,
    dimensions = measure,
    packedItems = { type = "list" },
  } },
  picked_up = { per = "box", fields = { carrier = { type = "text" } } },
  ["carrier.scan"] = { per = "box", latest = "at", fields = {
    meaning = { type = "text" },
    statusCode = { type = "text" },
    reasonCode = { type = "text" },
    place = { type = "table" },
  } },
  ["label.printed"] = { per = "box", fields = { printer = { type = "text" } } },
  ["invoice.printed"] = { per = "order", fields = { printer = { type = "text" } } },
  ["slip.printed"] = { per = "order", fields = { printer = { type = "text" } } },
  ["gift.printed"] = { per = "box", fields = { printer = { type = "text" } } },
  ["wrap.printed"] = { per = "box", fields = { printer = { type = "text" } } },
}

--- Levels of goods in a warehouse: not about an order.
events.stock = { warehouse = "text", product = "text", quantity = "integer" }

--- What a field of an event may be.
events.types = { "text", "integer", "decimal", "flag", "time", "table", "list" }

--- Fields that every event may have; a declaration does not name them.
events.common = { "order", "box", "trackingNumber", "account", "at" }

return events
