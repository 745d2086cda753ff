-- A warehouse whose orders need several boxes: lines over boxes, several lines in a box.
account "acme" {
  program      = "vendor",
  endpoint     = env "DRAY_ENDPOINT", -- the simulator; for Amazon itself: region = "eu"
  sellingParty = "ACME1",
  warehouses   = {
    DEL4 = {
      zone = "Asia/Kolkata",
      labels = "amazon",
      weight = { value = "1.5", unitOfMeasure = "KG" },
    },
  },
  credentials  = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_REFRESH_TOKEN",
  },
}

-- The packing plan: for each carton a list of { line = 1, quantity = 2 }.
event "boxed" { per = "order", fields = { cartons = { "list", required = true } } }

-- The packing station's files: a row for each line of each box.
feed "packing" {
  files = "inbox/packing/*.csv",
  separator = ";",
  event = "packed",
  map = { order = "order", box = "box", ["weight.value"] = "kg" },
  set = { ["weight.unitOfMeasure"] = "KG" },
  each = { packedItems = { line = "line", quantity = "units" } },
}

rules "rules/*.lua"
