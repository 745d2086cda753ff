-- A seller with a location per program: Amazon decides and picks up (Seller Flex), Amazon offers
-- slots (Easy Ship), somebody else's courier carries (Self Ship).
account "acme-seller" {
  program     = "external",
  endpoint    = env "DRAY_ENDPOINT", -- the simulator; for Amazon itself: region = "eu"
  locations   = {
    XBLR    = { zone = "Asia/Kolkata" },
    DEFAULT = { zone = "Asia/Kolkata" },
    SELF    = { zone = "Europe/Berlin" },
  },
  credentials = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_SELLER_TOKEN",
  },
}
