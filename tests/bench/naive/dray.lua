-- One order a submission, against a mock that sets no limit.
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
  batch        = { labels = 1, confirmations = 1 },
  rates        = {
    getOrders                   = { rate = 100000, burst = 100000 },
    getOrder                    = { rate = 100000, burst = 100000 },
    submitShippingLabelRequest  = { rate = 100000, burst = 100000 },
    getShippingLabels           = { rate = 100000, burst = 100000 },
    getShippingLabel            = { rate = 100000, burst = 100000 },
    submitShipmentConfirmations = { rate = 100000, burst = 100000 },
    getTransactionStatus        = { rate = 100000, burst = 100000 },
    getPackingSlips             = { rate = 100000, burst = 100000 },
  },
  credentials  = {
    clientId     = "amzn1.application-oa2-client.mock",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_REFRESH_TOKEN",
  },
}
