-- A seller whose node is one of Amazon's (Seller Flex): Amazon assigns shipments, the node packs
-- them, Amazon's carrier picks them up.
account "acme-seller" {
  program     = "external",
  endpoint    = env "DRAY_ENDPOINT", -- the simulator; for Amazon itself: region = "eu"
  locations   = { XBLR = { zone = "Asia/Kolkata", channels = { "FBA" } } },
  poll        = { shipments = "2s", progress = "2s" }, -- the simulator is in a hurry; Amazon is not
  credentials = {
    clientId     = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET",
    refreshToken = env "DRAY_SELLER_TOKEN",
  },
}

-- The floor reports each box that it packed, with what dray knows by itself (weight, dimensions)
-- and with Amazon's own fields: the lines in it, their serial numbers, origin and value.
event "packed" { fields = { packageLineItems = "list", hazmatLabels = "list" } }
event "missing" { per = "order", fields = {} }

export "labels/" -- for the program that prints them
rules "rules/*.lua"
