-- The project: which accounts there are, where their warehouses are, and what the floor reports.
-- As it stands it talks to the simulator; see `dray sim --help`.
account "acme" {
  program      = "vendor",
  endpoint     = env("DRAY_ENDPOINT", "http://127.0.0.1:8484"), -- Amazon: region = "eu"
  sellingParty = "ACME1",
  warehouses   = {
    DEL4 = {
      zone   = "Asia/Kolkata",
      labels = "amazon", -- Amazon's labels, printed by the warehouse
      weight = { value = "1.5", unitOfMeasure = "KG" }, -- of a box of which nobody said it
    },
    BER3 = {
      zone       = "Europe/Berlin",
      labels     = "own", -- the vendor's own carrier
      codes      = "EDIFACT",
      carrier    = "DHL",
      shipMethod = "DHL_PAKET",
    },
  },
  limits       = { floor_deny = { 20, per = "1d" } }, -- more than that, and a person looks first
  credentials  = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = file "secrets/client-secret",
    refreshToken = file "secrets/refresh-token",
  },
}

-- What the floor reports beside packed and picked_up, which dray knows by itself:
--   dray event missing --order PO
event "missing" { per = "order", fields = {} }

rules "rules/*.lua"
