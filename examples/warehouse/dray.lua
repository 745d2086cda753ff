-- A vendor with two warehouses that runs by rules: one ships with Amazon's labels, one with its own
-- carrier. `dray serve` runs them; floor.sh plays the floor and the carrier.
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
  limits       = { floor_deny = { 40, per = "1d" } }, -- more than that, and a person looks first
  -- The simulator is quick; with Amazon leave this out: orders are asked every five minutes.
  poll         = { orders = "2s", accepted = "2s", shipped = "2s", cancelled = "2s", labels = "2s",
                   slips = "2s", invoices = "2s", transactions = "2s" },
  credentials  = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_REFRESH_TOKEN",
  },
}

-- What the floor reports beside packed and picked_up, which dray knows by itself.
event "planned" { per = "order", fields = {
  decision = { "text", required = true, choices = { "pack", "refuse" } },
  code = { "text" }, -- of a refusal, Amazon's
} }
event "missing" { per = "order", fields = {} }

-- A file stands in for the label printer; a real one: raw = "192.0.2.12:9100".
printer "dock-1" { command = { "tee", "-a", "printed-at-dock-1" }, formats = { "ZPL", "PNG" } }

rules "rules/*.lua"
