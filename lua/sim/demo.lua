-- The Amazon that `dray sim` serves: one vendor account with a warehouse per country, the same credentials
-- each time.

local demo = {}

demo.account = "acme"
demo.client_id = "amzn1.application-oa2-client.sim"
demo.client_secret = "sim"
demo.refresh_token = "Atzr|sim"
demo.selling_party = "ACME1"

---@type table<string, sim.Warehouse>
demo.warehouses = {
  IN = { code = "DEL4", labels = "amazon", formats = { "ZPL", "PNG" }, country = "IN", zone = "Asia/Kolkata",
    standard = "EDIFACT" },
  DE = { code = "BER3", labels = "own", formats = { "ZPL" }, country = "DE", zone = "Europe/Berlin",
    standard = "EDIFACT" },
  US = { code = "DAL3", labels = "own", formats = { "ZPL" }, country = "US", zone = "America/Chicago",
    standard = "X12" },
}

---@class sim.Flags
---@field orders integer
---@field seed integer
---@field speed "instant"|"demo"|"real"
---@field countries string[] empty: India and Germany
---@field faults sim.Rule[]

--- Options of sim.amazon for the flags of the command.
---@param flags sim.Flags
---@return table
function demo.options(flags)
  local countries = #flags.countries > 0 and flags.countries or { "IN", "DE" }
  local houses = {}
  for i, country in ipairs(countries) do
    houses[i] = demo.warehouses[country]
      or error(("--country %s: the simulator knows DE, IN and US"):format(country), 0)
  end
  return {
    seed = flags.seed,
    speed = flags.speed,
    faults = flags.faults,
    share = flags.speed == "demo" and { tomorrow = 0 } or nil,
    accounts = { {
      id = demo.account,
      client_id = demo.client_id,
      client_secret = demo.client_secret,
      refresh_token = demo.refresh_token,
      selling_party = demo.selling_party,
      warehouses = houses,
      orders = flags.orders,
    } },
  }
end

return demo
