-- Pages of a list that is sorted by creation. A page token says where to go on; it belongs to its
-- operation and its filters, and holds a plus and an equals sign, so that who forgets to encode it
-- finds out.

local base64 = require("sim.base64")
local refusal = require("sim.refusal")

local page = {}

---@class sim.Listing
---@field name string operation
---@field list table[] sorted by created_ms
---@field after integer
---@field before integer
---@field limit integer
---@field descending boolean
---@field filters string all that must stay the same from page to page
---@field keep fun(element: table): boolean
---@field token? string
---@field empty boolean this page comes empty

--- The parameters that a page token is bound to, as one text: all but these.
---@param params table<string, string>
---@param but table<string, boolean>
---@return string
function page.filters(params, but)
  local parts = {}
  for name, value in pairs(params) do
    if not but[name] then
      parts[#parts + 1] = name .. "=" .. value
    end
  end
  table.sort(parts)
  return table.concat(parts, "&")
end

-- The first position with created_ms >= ms.
local function lower_bound(list, ms)
  local low, high = 1, #list + 1
  while low < high do
    local middle = (low + high) // 2
    if list[middle].created_ms < ms then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

local function digest(listing)
  local h = 2166136261
  for i = 1, #listing.filters do
    h = (h ~ listing.filters:byte(i)) * 16777619 & 0xffffffff
  end
  return ("%08x"):format(h)
end

-- ">>>" encodes to "Pj4+"; the padding of the text makes the token end with "=".
local function make_token(listing, position)
  local text = (">>>%s|%d|%s"):format(listing.name, position, digest(listing))
  while #text % 3 ~= 2 do
    text = text .. "~"
  end
  return base64.encode(text)
end

local function read_token(listing)
  local text = base64.decode(listing.token)
  local name, position, filters = (text or ""):match("^>>>(%w+)|(%d+)|(%x+)~*$")
  if name ~= listing.name or filters ~= digest(listing) then
    refusal.input("nextToken is not valid for this request")
  end
  return math.tointeger(tonumber(position))
end

local function start(listing)
  if listing.token then
    return read_token(listing)
  elseif listing.descending then
    return lower_bound(listing.list, listing.before + 1) - 1
  end
  return lower_bound(listing.list, listing.after)
end

-- The next position with an element that belongs to the listing; nil at the end.
local function find(listing, position)
  local step = listing.descending and -1 or 1
  local element = listing.list[position]
  while element and element.created_ms >= listing.after and element.created_ms <= listing.before do
    if listing.keep(element) then
      return position
    end
    position = position + step
    element = listing.list[position]
  end
end

--- The elements of one page and the token of the next, nil at the end.
---@param listing sim.Listing
---@return table[] elements, string? token
function page.take(listing)
  local step = listing.descending and -1 or 1
  local position = find(listing, start(listing))
  if listing.empty and position then
    return {}, make_token(listing, position)
  end
  local out = {}
  while position and #out < listing.limit do
    out[#out + 1] = listing.list[position]
    position = find(listing, position + step)
  end
  return out, position and make_token(listing, position) or nil
end

return page
