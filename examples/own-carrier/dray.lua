-- A warehouse whose own carrier sends a file every hour: all since Monday, in Berlin's time, with
-- decimal commas, in Latin-1, with EDIFACT's codes and without order numbers.
account "acme" {
  program      = "vendor",
  endpoint     = env "DRAY_ENDPOINT", -- the simulator; for Amazon itself: region = "eu"
  sellingParty = "ACME1",
  warehouses   = {
    BER3 = {
      zone = "Europe/Berlin",
      labels = "own",
      codes = "EDIFACT",
      carrier = "DHL",
      shipMethod = "DHL_PAKET",
      weight = { value = "1.5", unitOfMeasure = "KG" },
    },
  },
  credentials  = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_REFRESH_TOKEN",
  },
}

-- What the scales at the gate say, in the same file's way of writing.
event "weighed" { per = "box", fields = { kilograms = { "decimal", required = true } } }

feed "scales" {
  files     = "inbox/scales/*.csv",
  separator = ";",
  decimal   = ",",
  event     = "weighed",
  map       = { order = "Auftrag", box = "Kolli", kilograms = "Gewicht" },
}
feed "carrier" {
  files     = "inbox/carrier/*.csv",
  separator = ";",
  encoding  = "latin1",
  zone      = "Europe/Berlin",
  time      = "DD.MM.YYYY hh:mm",
  event     = "carrier.scan",
  order_by  = "trackingNumber",
  map       = {
    trackingNumber = "Sendung",
    at = { "Datum", "Zeit" },
    statusCode = "Status",
    reasonCode = "Grund",
    ["place.city"] = "Ort",
    ["place.postalCode"] = "PLZ",
  },
  set       = { ["place.countryCode"] = "DE" },
}
notify "desk" { command = { "tee", "-a", "told-the-desk" } }

rules "rules/*.lua"
