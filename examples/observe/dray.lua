-- The first week: dray plans what it would do, and tells Amazon nothing. With "live" it does it.
account "acme" {
  program      = "vendor",
  endpoint     = env "DRAY_ENDPOINT", -- the simulator; for Amazon itself: region = "eu"
  sellingParty = "ACME1",
  warehouses   = {
    DEL4 = {
      zone = "Asia/Kolkata",
      labels = "amazon",
      weight = { value = "1.5", unitOfMeasure = "KG" },
      writes = "observe",
    },
  },
  credentials  = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_REFRESH_TOKEN",
  },
}

-- Files stand in for printers; a real one: raw = "192.0.2.12:9100".
printer "dock-1" { command = { "tee", "-a", "printed-at-dock-1" }, formats = { "ZPL", "PNG" } }

rules "rules/*.lua"
