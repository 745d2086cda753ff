-- What the four kinds of writes share when Amazon judges them: the order, its parties, its lines.

local business = {}

--- A business error. No code list of Amazon's is closed; these are the ones people have seen, and
--- their kin.
---@param code string
---@param message string
---@param details? string never names the order
---@return sim.Problem
function business.problem(code, message, details)
  return { code = code, message = message, details = details or "" }
end

--- The order that an element is about.
---@param account table of the world
---@param element table
---@return sim.Order? order, sim.Problem? problem
function business.order_of(account, element)
  local order = account.orders[element.purchaseOrderNumber]
  if not order then
    return nil, business.problem("INVALID_ORDER_ID", "The purchase order is not known.")
  end
  if element.sellingParty.partyId ~= account.options.selling_party then
    return nil, business.problem("INVALID_SELLING_PARTY", "The selling party is not the order's.",
      element.sellingParty.partyId)
  end
  if element.shipFromParty.partyId ~= order.warehouse.code then
    return nil, business.problem("INVALID_SHIP_FROM_PARTY",
      "The ship-from party is not the order's.",
      element.shipFromParty.partyId)
  end
  return order
end

local function same_product(line, item)
  local asin, sku = item.buyerProductIdentifier, item.vendorProductIdentifier
  return (asin == nil or asin == line.asin) and (sku == nil or sku == line.sku)
end

local function names_product(item)
  return item.buyerProductIdentifier ~= nil or item.vendorProductIdentifier ~= nil
end

-- The order's line that an item means, by whichever form of its number.
local function line_of(order, item)
  for _, line in ipairs(order.lines) do
    if item.itemSequenceNumber == line.sequence or item.itemSequenceNumber == line.line then
      return line
    end
  end
end

--- One item against the order's line.
---@param order sim.Order
---@param item table
---@param named boolean a product id is needed
---@return sim.Line? line, sim.Problem? problem
function business.line(order, item, named)
  local line = line_of(order, item)
  if not line then
    return nil, business.problem("INVALID_ITEM_ID", "The order has no such item.",
      ("itemSequenceNumber %s"):format(tostring(item.itemSequenceNumber)))
  end
  if named and not names_product(item) or not same_product(line, item) then
    return nil, business.problem("INVALID_ITEM_ID", "The product identifier is not the order's.",
      ("itemSequenceNumber %s"):format(tostring(item.itemSequenceNumber)))
  end
  return line
end

--- Every line of the order once, each with an allowed quantity.
---@param order sim.Order
---@param items table[]
---@param rules { quantity: string, named: boolean, exact: boolean }
---@return sim.Problem?
function business.all_lines(order, items, rules)
  local seen = {}
  for _, item in ipairs(items) do
    local line, problem = business.line(order, item, rules.named)
    if not line then
      return problem
    end
    if seen[line.line] then
      return business.problem("INVALID_ITEM_ID", "An item is given twice.",
        "itemSequenceNumber " .. line.sequence)
    end
    seen[line.line] = true
    local amount = item[rules.quantity].amount
    if not amount or amount > line.quantity or rules.exact and amount ~= line.quantity then
      return business.problem("INVALID_QUANTITY", "The quantity is not the ordered one.",
        "itemSequenceNumber " .. line.sequence)
    end
  end
  if #items < #order.lines then
    return business.problem("MISSING_ITEMS", "Not all items of the order are given.",
      ("%d of %d"):format(#items, #order.lines))
  end
end

return business
