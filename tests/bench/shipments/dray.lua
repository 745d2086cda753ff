-- A seller's node, within Amazon's one call a second of each operation.
account "acme-seller" {
  program     = "external",
  endpoint    = env "DRAY_ENDPOINT",
  locations   = { XBLR = { zone = "Asia/Kolkata" }, DEFAULT = { zone = "Asia/Kolkata" },
                  SELF = { zone = "Europe/Berlin" } },
  credentials = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_SELLER_TOKEN",
  },
}
