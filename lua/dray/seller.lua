--- A seller's part of an account in the project file: its locations instead of warehouses.
local seller = {}

--- What of a seller's can be limited.
seller.verbs = { "confirm", "reject", "create_packages", "update_package", "shipping_options",
  "generate_invoice", "generate_labels", "mark_shipped", "delivery" }

local writes = { "text", choices = { "live", "observe" } }

--- The fields of an account that only `program = "external"` has.
---@param limits table the schema of limits
---@return table<string, table>
function seller.fields(limits)
  return {
    zone = { "text" },
    writes = writes,
    marketplaceId = { "text" },
    channels = { "table" },
    locations = { "map", each = { "table", fields = {
      zone = { "text" },
      writes = writes,
      channels = { "table" },
      limits = limits,
    } } },
  }
end

local ONLY = { "zone", "writes", "marketplaceId", "channels", "locations" }
local VENDOR_ONLY = { "warehouses", "sellingParty", "batch" }

local function check_channels(where, channels, report)
  if type(channels) ~= "table" then return end
  local count = 0
  for _ in pairs(channels) do count = count + 1 end
  for i = 1, math.max(count, 1) do
    local channel = channels[i]
    if type(channel) ~= "string" or channel == "" or #channel > 10 then
      report(where, 'expected a list of channel names of at most 10 letters, { "FBA", "MFN" }')
      return
    end
  end
end

local function sorted_ids(locations)
  local ids = {}
  for id in pairs(locations) do ids[#ids + 1] = tostring(id) end
  table.sort(ids)
  return ids
end

local function check_locations(fields, report)
  for _, id in ipairs(sorted_ids(fields.locations)) do
    local place = fields.locations[id]
    if id == "" or #id > 36 then
      report("locations", "expected locationIds of 1 to 36 letters")
    end
    if type(place) == "table" then
      check_channels(("locations.%s.channels"):format(id), place.channels, report)
    end
  end
end

--- Checks what belongs together; what belongs to the other program is a mistake.
---@param fields table of the account
---@param report fun(path: string, message: string)
function seller.check(fields, report)
  local external = fields.program == "external"
  for _, key in ipairs(external and VENDOR_ONLY or ONLY) do
    if fields[key] ~= nil then
      report(key, ('is for program = "%s"'):format(external and "vendor" or "external"))
    end
  end
  if not external then return end
  check_channels("channels", fields.channels, report)
  if type(fields.locations) == "table" then check_locations(fields, report) end
end

return seller
