-- What orders are filled with: places, people and goods that do not exist, in the form that real
-- ones have, per country of the warehouse.

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
    method_names = { AMZN_IN_PRIME_STD = "Amazon Transportation Standard",
      ATS_SURFACE = "ATS Surface" },
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

local function good(asin, sku, title, cents, grams)
  return { asin = asin, sku = sku, title = title, cents = cents, grams = grams }
end

---@type { asin: string, sku: string, title: string, cents: integer, grams: integer }[]
places.goods = {
  good("B0SIM00001", "KETTLE-17", "Kettle, 1.7 l, steel", 3499, 1250),
  good("B0SIM00002", "LAMP-E27-W", "Desk lamp \"Nord\", white", 2990, 900),
  good("B0SIM00003", "8806098286500", "Washing net, set of 3", 799, 150),
  good("B0SIM00004", "PAN-28", "Frying pan 28 cm / induction", 4595, 1700),
  good("B0SIM00005", "TOWEL-70X140", "Bath towel 70×140 cm", 1499, 600),
  good("B0SIM00006", "0042-CHAIR", "Folding chair, beech", 5900, 3800),
  good("B0SIM00007", "BOX 12/L", "Storage box with lid, 12 l", 1190, 800),
  good("B0SIM00008", "TEA-ASSAM-500", "Tea, Assam, 500 g", 1250, 540),
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
