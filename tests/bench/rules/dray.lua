-- A warehouse that only observes, for the bench of rules: nothing leaves.
account "acme" {
  program = "vendor",
  endpoint = "http://127.0.0.1:9",
  sellingParty = "ACME1",
  warehouses = {
    ABCD = { zone = "Europe/Berlin", labels = "amazon", writes = "observe",
      weight = { value = "1.5", unitOfMeasure = "KG" } },
  },
  credentials = { clientId = "client", clientSecret = env "NONE", refreshToken = env "NONE" },
}
rules "rules/*.lua"
