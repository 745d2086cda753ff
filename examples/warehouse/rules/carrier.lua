-- What the vendor's own carrier saw goes on to Amazon.

rule {
  name  = "pass on the carrier's scans",
  where = { labels = "own" },
  on    = "carrier.scan", -- early ones wait until the order is SHIPPED
  run   = function(e)
    e.order:scan {
      trackingNumber = e.trackingNumber,
      meaning = e.meaning,
      statusDateTime = e.at,
      statusLocationAddress = e.place,
    }
  end,
}
