--- A seller's locations for specs, one a program, and shipments with nothing special about them.
local places = {}

-- One line of one piece, in one package.
places.quiet = require("sim.settings").plain()

places.flex = { id = "XBLR", program = "seller_flex", country = "IN", zone = "Asia/Kolkata",
  format = "ZPL" }
places.easy = { id = "DEFAULT", program = "easy_ship", country = "IN", zone = "Asia/Kolkata",
  format = "PDF" }
places.self = { id = "SELF", program = "self_ship", country = "DE", zone = "Europe/Berlin",
  format = "PNG" }
places.courier = { id = "COUR", program = "self_ship", country = "DE", zone = "Europe/Berlin",
  format = "PNG", courier = true }

--- What the first table has, and the second one over it.
---@param given table
---@param more? table
---@return table
function places.with(given, more)
  local out = {}
  for _, map in ipairs({ given, more or {} }) do
    for key, value in pairs(map) do
      out[key] = value
    end
  end
  return out
end

return places
