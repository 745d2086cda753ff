-- A warehouse that never confirms a gift before its slip lies in the box.
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

-- Files stand in for printers; a real one: raw = "192.0.2.12:9100".
printer "labels" { command = { "tee", "-a", "printed-labels" }, formats = { "ZPL", "PNG" } }
printer "office" { command = { "tee", "-a", "printed-slips" }, formats = { "PDF" } }

rules "rules/*.lua"
