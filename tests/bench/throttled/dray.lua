-- 100 orders a submission, within Amazon's quota.
account "bench" {
  program      = "vendor",
  endpoint     = env "DRAY_ENDPOINT",
  sellingParty = "999US",
  warehouses   = {
    ABCD = {
      zone = "Etc/UTC",
      labels = "amazon",
      slips = "elsewhere", -- the others do not fetch them either
      writes = "live",
      weight = { value = "10", unitOfMeasure = "KG" },
    },
  },
  batch        = { labels = 100, confirmations = 100 },
  credentials  = {
    clientId     = "amzn1.application-oa2-client.mock",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_REFRESH_TOKEN",
  },
}
