-- A vendor with two warehouses: one ships with Amazon's labels, one with its own carrier.
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
    BER3 = {
      zone = "Europe/Berlin",
      labels = "own",
      codes = "EDIFACT",
      carrier = "DHL",
      shipMethod = "DHL_PAKET",
    },
  },
  credentials  = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_REFRESH_TOKEN",
  },
}
