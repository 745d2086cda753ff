-- submitAcknowledgement: the whole order is taken or refused, once, with a code and all of its
-- lines.

local business = require("sim.business")

local acknowledge = { what = "acknowledgement", list = "orderAcknowledgements" }

-- The codes that Amazon has agreed with vendors; 00 takes the order, the others refuse it.
local KNOWN = "00 02 03 04 05 06 07 08 09 10 11 12 13 20 21 22 50 51 53 54 55 56 71"

local CODES = {}
for code in KNOWN:gmatch("%d+") do
  CODES[code] = true
end

local function is_accepting(element)
  return element.acknowledgementStatus.code == "00"
end

---@param element table
---@return string
function acknowledge.word(element)
  return is_accepting(element) and "accepted" or "rejected"
end

--- Whether Amazon takes it.
---@param world sim.World
---@param account table
---@param element table
---@return sim.Problem? problem, sim.Order? order
function acknowledge.judge(_, account, element)
  local order, problem = business.order_of(account, element)
  if not order then
    return problem
  end
  if order.status ~= "NEW" or order.acknowledged then
    return business.problem("INVALID_ORDER_STATE",
      "The order has been acknowledged or cancelled already.")
  end
  local code = element.acknowledgementStatus.code
  if not CODES[code] then
    return business.problem("INVALID_STATUS", "The acknowledgement status code is not known.",
      tostring(code))
  end
  problem = business.all_lines(order, element.itemAcknowledgements,
    { quantity = "acknowledgedQuantity", named = false, exact = code == "00" })
  return problem, order
end

local function accepted(world, order)
  world:set_status(order, "ACCEPTED")
  local account = world.accounts[order.account]
  if order.slip then
    world:after("slip", function(due)
      table.insert(account.slips, { order = order, created_ms = due })
      order.slip_ready = true
    end)
  end
  if order.warehouse.country == "IN" then
    world:after("invoice", function(due)
      table.insert(account.invoices, { order = order, created_ms = due })
      order.invoice_ready = true
    end)
  end
end

--- Lets it happen: the order's state follows after a while.
---@param world sim.World
---@param order sim.Order
---@param element table
function acknowledge.apply(world, order, element)
  order.acknowledged = acknowledge.word(element)
  order.acknowledgement_code = element.acknowledgementStatus.code
  world:after("acknowledgement", function()
    if order.status ~= "NEW" then
      return -- cancelled meanwhile
    end
    if order.acknowledged == "accepted" then
      accepted(world, order)
    else
      world:set_status(order, "CANCELLED")
    end
  end)
end

return acknowledge
