-- Query strings and what Amazon asks of their values.

local instant = require("sim.instant")
local refusal = require("sim.refusal")

local query = {}

local WEEK = 7 * instant.DAY
local HALF_YEAR = 184 * instant.DAY

-- A bare plus is a space, so a page token or a zone that was not encoded breaks, as it does at
-- Amazon.
local function decode(text)
  return (text:gsub("+", " "):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

--- Reads "a=b&c=d". A name given twice or a stray per cent sign is refused.
---@param text string
---@return table<string, string>
function query.parse(text)
  local out = {}
  for part in text:gmatch("[^&]+") do
    local name, value = part:match("^([^=]*)=(.*)$")
    name, value = decode(name or part), decode(value or "")
    if out[name] then
      refusal.input(("query parameter %s is given twice"):format(name))
    end
    out[name] = value
  end
  return out
end

--- Refuses parameters that the operation does not have.
---@param params table<string, string>
---@param known table<string, boolean>
function query.only(params, known)
  local strangers = {}
  for name in pairs(params) do
    if not known[name] then
      strangers[#strangers + 1] = name
    end
  end
  table.sort(strangers)
  if strangers[1] then
    refusal.input(("query parameter %s is not known"):format(strangers[1]))
  end
end

local function time(params, name)
  local text = params[name]
  if not text or text == "" then
    refusal.input(("query parameter %s is missing"):format(name))
  end
  local ms = instant.parse(text)
  if not ms then
    refusal.input(("query parameter %s is no ISO 8601 date-time"):format(name))
  end
  return ms
end

--- createdAfter and createdBefore: both, at most seven days apart, not older than six months.
---@param params table<string, string>
---@param now integer
---@return integer after, integer before
function query.window(params, now)
  local after, before = time(params, "createdAfter"), time(params, "createdBefore")
  if before < after then
    refusal.input("createdBefore is earlier than createdAfter")
  elseif before - after > WEEK then
    refusal.input("createdAfter and createdBefore are more than 7 days apart")
  elseif before < now - HALF_YEAR then
    refusal.input("createdBefore is more than six months ago")
  end
  return after, before
end

--- limit: 1 to `max`.
---@param params table<string, string>
---@param max integer
---@return integer
function query.limit(params, max)
  if not params.limit then
    return max
  end
  local limit = params.limit:find("^%d+$") and math.tointeger(tonumber(params.limit))
  if not limit or limit < 1 or limit > max then
    refusal.input(("limit must be 1 to %d"):format(max))
  end
  return limit
end

--- One of a few words.
---@param params table<string, string>
---@param name string
---@param words string[]
---@return string? nil when not given
function query.choice(params, name, words)
  local value = params[name]
  if value == nil then
    return nil
  end
  for _, word in ipairs(words) do
    if value == word then
      return value
    end
  end
  refusal.input(("%s must be one of %s"):format(name, table.concat(words, ", ")))
end

--- The fields of an application/x-www-form-urlencoded body.
---@param text string
---@return table<string, string>
function query.form(text)
  local ok, fields = pcall(query.parse, text)
  return ok and fields or {}
end

return query
