-- What orders are filled with: places, people and goods that do not exist, in the form that real ones
-- have, per country of the warehouse.

local places = {}

---@class sim.Place
---@field country string ISO code of the addresses
---@field currency string
---@field tax { type: string, rate: string, share: number }
---@field methods string[] ship methods of Amazon's labels
---@field method_names table<string, string>
---@field tracking string how tracking numbers begin
---@field north_america boolean own carriers name a scacCode, elsewhere a carrier
---@field cities string[][] city, state or region, postal code
---@field streets string[]
---@field names string[]

---@type table<string, sim.Place>
places.countries = {
  IN = {
    country = "IN",
    currency = "INR",
    tax = { type = "GST", rate = "0.18", share = 0.18 },
    methods = { "AMZN_IN_PRIME_STD", "ATS_SURFACE" },
    method_names = { AMZN_IN_PRIME_STD = "Amazon Transportation Standard", ATS_SURFACE = "ATS Surface" },
    tracking = "36",
    north_america = false,
    cities = {
      { "New Delhi", "DELHI", "110019" },
      { "Bengaluru", "KARNATAKA", "560001" },
      { "Pune", "MAHARASHTRA", "411001" },
      { "Kochi", "KERALA", "682001" },
    },
    streets = { "12 Example Marg", "4 Sample Road", "88 Model Colony", "221 Test Nagar" },
    names = { "A. Example", "P. Muster", "R. Sample", "S. Beispiel" },
  },
  DE = {
    country = "DE",
    currency = "EUR",
    tax = { type = "MwSt.", rate = "0.19", share = 0.19 },
    methods = { "DHL_PAKET", "AMZN_DE_STD" },
    method_names = { DHL_PAKET = "DHL Paket", AMZN_DE_STD = "Amazon Logistics" },
    tracking = "DE",
    north_america = false,
    cities = {
      { "Berlin", "Berlin", "10115" },
      { "München", "Bayern", "80331" },
      { "Köln", "Nordrhein-Westfalen", "50667" },
      { "Görlitz", "Sachsen", "02826" },
    },
    streets = { "Musterstraße 1", "Beispielweg 22", "Probegasse 7a", "Am Testplatz 3" },
    names = { "Erika Mustermann", "Jörg Beispiel", "Anna Probe", "Max Test" },
  },
  US = {
    country = "US",
    currency = "USD",
    tax = { type = "TOTAL", rate = "0.08", share = 0.08 },
    methods = { "UPS_2ND", "AMZN_US_PREM", "UPS_GR_RES" },
    method_names = { UPS_2ND = "UPS 2nd Day Air", AMZN_US_PREM = "Amazon Logistics Premium",
      UPS_GR_RES = "UPS Ground Residential" },
    tracking = "TBA",
    north_america = true,
    cities = {
      { "San Jose", "CA", "94086" },
      { "Dallas", "TX", "75201" },
      { "Boston", "MA", "02108" },
      { "Chicago", "IL", "60601" },
    },
    streets = { "123 XYZ Street", "9 Sample Avenue", "1500 Example Blvd", "42 Test Lane" },
    names = { "Pat Sample", "Jo Example", "Lee Test", "Kim Model" },
  },
}

---@type { asin: string, sku: string, title: string, cents: integer, grams: integer }[]
places.goods = {
  { asin = "B0SIM00001", sku = "KETTLE-17", title = "Kettle, 1.7 l, steel", cents = 3499, grams = 1250 },
  { asin = "B0SIM00002", sku = "LAMP-E27-W", title = "Desk lamp \"Nord\", white", cents = 2990, grams = 900 },
  { asin = "B0SIM00003", sku = "8806098286500", title = "Washing net, set of 3", cents = 799, grams = 150 },
  { asin = "B0SIM00004", sku = "PAN-28", title = "Frying pan 28 cm / induction", cents = 4595, grams = 1700 },
  { asin = "B0SIM00005", sku = "TOWEL-70X140", title = "Bath towel 70×140 cm", cents = 1499, grams = 600 },
  { asin = "B0SIM00006", sku = "0042-CHAIR", title = "Folding chair, beech", cents = 5900, grams = 3800 },
  { asin = "B0SIM00007", sku = "BOX 12/L", title = "Storage box with lid, 12 l", cents = 1190, grams = 800 },
  { asin = "B0SIM00008", sku = "TEA-ASSAM-500", title = "Tea, Assam, 500 g", cents = 1250, grams = 540 },
}

--- The place for a country; an unknown one is a mistake of the caller.
---@param code string
---@return sim.Place
function places.of(code)
  local place = places.countries[code]
  if not place then
    error(("the simulator knows the countries DE, IN and US, not %q"):format(tostring(code)), 2)
  end
  return place
end

return places
