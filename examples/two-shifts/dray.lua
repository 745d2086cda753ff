-- A warehouse in two shifts that ships with Amazon's labels; what comes after the cut-off does not
-- leave today.
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

-- Files stand in for the label printers; a real one: raw = "192.0.2.12:9100".
printer "early" { command = { "tee", "-a", "printed-early" }, formats = { "ZPL", "PNG" } }
printer "late" { command = { "tee", "-a", "printed-late" }, formats = { "ZPL", "PNG" } }
notify "desk" { command = { "tee", "-a", "told-the-desk" } }

rules "rules/*.lua"
