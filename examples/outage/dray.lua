-- A warehouse on the day on which a product is missing: people look before anything is denied.
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
  limits       = { floor_deny = { 2, per = "1d" } }, -- more than that, and a person looks again
  credentials  = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_REFRESH_TOKEN",
  },
}

feed "shelf" { files = "inbox/stock/*.csv", separator = ";", event = "stock", warehouse = "DEL4",
  map = { product = "Artikel", quantity = "Bestand" } }
notify "desk" { command = { "tee", "-a", "told-the-desk" } }

rules "rules/*.lua"
