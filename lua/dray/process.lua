--- shipment:process { ... }: a seller's shipment through all its steps, from where Amazon says that
--- it stands (domain.md 5.2). A run that is cut off goes on there when it is started again.

-- Countries where Amazon itself sets SHIPPED at the pick-up: India, Emirates, Turkey, Saudi Arabia.
local AMAZON_SHIPS = {
  A21TJRUUN4KGV = true, A2VIGQ35RCS4UG = true, A33AVAJ2PDY3EV = true, A17E79C6D8DWNP = true,
}

local KNOWN = { "packages", "choose", "labels", "ship", "reference" }

-- How often a slot may vanish between the offer and the label.
local TRIES = 3

local function check(how)
  if how == nil then
    return {}
  elseif type(how) ~= "table" then
    error("process: expected a table of options, got a " .. type(how), 3)
  end
  for key in pairs(how) do
    local known = false
    for _, name in ipairs(KNOWN) do known = known or name == key end
    if not known then
      error(('process: unknown option "%s"; it knows %s'):format(tostring(key),
        table.concat(KNOWN, ", ")), 3)
    end
  end
  return how
end

-- Waits for an effect; nil and the reason unless it succeeded. A step that cannot be planned any
-- more gives its reason at once.
local function done(effect, reason)
  if not effect then
    return nil, reason
  end
  local state = effect:wait()
  if state == "succeeded" then
    return effect
  end
  return nil, ("%s is %s: %s"):format(effect.verb, state, effect.why)
end

-- It will be done, as far as can be seen: the next step waits for it by itself.
local function planned(effect, reason)
  if effect and effect.state ~= "held" then
    return effect
  end
  return nil, effect and ("%s is held: %s"):format(effect.verb, effect.why) or reason
end

local function packages_for(shipment, how)
  if type(how.packages) == "function" then
    return how.packages(shipment)
  end
  return how.packages
end

-- The ids of the shipment's packages, those that are to be created included.
local function create(shipment, how)
  local ids = {}
  if #shipment.packages == 0 then
    local effect, why = planned(shipment:create_packages(packages_for(shipment, how)))
    if not effect then
      return nil, why
    end
  end
  for i, package in ipairs(shipment.packages) do ids[i] = package.id end
  return ids
end

-- The fields of a package's label request: its slot, and what the script adds.
local function label_fields(shipment, how, id, option)
  local fields = {}
  local more = how.labels
  if type(more) == "function" then
    more = more(shipment, id, option)
  end
  for key, value in pairs(more or {}) do fields[key] = value end
  if option then
    fields.shippingOptionId = option.shippingOptionId
  end
  return fields
end

-- The option for one package: nil when there is nothing to choose, false when none fits.
local function choose(shipment, how, id, again)
  local effect, why = done(shipment:shipping_options(id, { again = again or nil }))
  if not effect then
    return false, why
  end
  local options = shipment:options(id)
  if not options or #options == 0 then
    return nil
  end
  local option = options.recommended or options[1]
  if how.choose then
    option = how.choose(options, id, shipment)
  end
  if not option then
    return false, ("no shipping option fits package %s"):format(id)
  end
  return option
end

local function has_label(shipment, id)
  for label in shipment.labels do
    if label.package == id then return true end
  end
  return false
end

-- Packages whose labels travel in one call: those of one slot without fields of their own.
local function same_call(a, b)
  for key, value in pairs(a.fields) do
    if type(value) == "table" or b.fields[key] ~= value then return false end
  end
  for key in pairs(b.fields) do
    if a.fields[key] == nil then return false end
  end
  return true
end

local function add_to_call(calls, wish)
  for _, call in ipairs(calls) do
    if #call.ids < 50 and same_call(call, wish) then
      call.ids[#call.ids + 1] = wish.id
      return
    end
  end
  calls[#calls + 1] = { ids = { wish.id }, fields = wish.fields }
end

local function slots(shipment, how, ids, again)
  local calls = {}
  for _, id in ipairs(ids) do
    if not has_label(shipment, id) then
      local option, why = choose(shipment, how, id, again)
      if option == false then
        return nil, why
      end
      add_to_call(calls, { id = id, fields = label_fields(shipment, how, id, option) })
    end
  end
  return calls
end

local function invoice(shipment)
  if not shipment.invoice_required then
    return true
  end
  return done(shipment:generate_invoice())
end

local function ask_for(shipment, calls)
  for _, call in ipairs(calls) do
    local fields = { packageIds = call.ids }
    for key, value in pairs(call.fields) do fields[key] = value end
    local effect, why = done(shipment:generate_labels(fields))
    if not effect then
      return nil, why
    end
  end
  return true
end

-- Options, invoice, labels; once more from the options when a slot is gone.
local function label(shipment, how, ids)
  local why
  for try = 1, TRIES do
    local calls, ok
    calls, why = slots(shipment, how, ids, try > 1)
    if not calls then
      return nil, why
    end
    ok, why = invoice(shipment)
    if ok then
      ok, why = ask_for(shipment, calls)
    end
    if ok then
      return true
    end
  end
  return nil, why
end

local function ships_itself(shipment, how)
  if how.ship ~= nil then
    return how.ship
  end
  return shipment.self or not AMAZON_SHIPS[shipment.marketplace]
end

local function ship(shipment, ids)
  for _, id in ipairs(ids) do
    local effect, why = done(shipment:mark_shipped(id))
    if not effect then
      return nil, why
    end
  end
  return true
end

local ENDED = { succeeded = true, failed = true, rejected = true, cancelled = true, planned = true }

-- What a package is changed to counts before its label is looked at.
local function updated(shipment)
  for effect in shipment.effects do
    if effect.verb == "update_package" and not ENDED[effect.state] then
      local ok, why = done(effect)
      if not ok then
        return nil, why
      end
    end
  end
  return true
end

local OVER = { shipped = true, delivered = true }

--- Confirms, packs, chooses, invoices, labels and ships; gives the shipment, or nil and why it
--- cannot go on.
---@async
---@param shipment dray.Shipment
---@param how? dray.ProcessOptions
---@return dray.Shipment? shipment
---@return string? why
local function process(shipment, how)
  how = check(how)
  if OVER[shipment.state] then
    return shipment
  elseif shipment.state == "cancelled" then
    return nil, "the shipment is cancelled"
  end
  local ok, why = planned(shipment:confirm(how.reference and { referenceId = how.reference }))
  if not ok then
    return nil, why
  end
  ok, why = updated(shipment)
  if not ok then
    return nil, why
  end
  local ids
  ids, why = create(shipment, how)
  if not ids then
    return nil, why
  end
  ok, why = label(shipment, how, ids)
  if ok and ships_itself(shipment, how) then
    ok, why = ship(shipment, ids)
  end
  if not ok then
    return nil, why
  end
  return shipment
end

return process
