-- A seller with one location, within Amazon's one call a second of each operation.
account "acme-seller" {
  program     = "external",
  endpoint    = env "DRAY_ENDPOINT",
  locations   = { DEFAULT = { zone = "Asia/Kolkata" } },
  credentials = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_SELLER_TOKEN",
  },
}
