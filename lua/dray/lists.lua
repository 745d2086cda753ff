--- Small questions about lists and maps that readers of dray.lua and of rules share.
local lists = {}

--- A text or a list of texts, as a list; anything else as it is.
---@param value any
---@return any
function lists.of(value)
  if type(value) == "string" then return { value } end
  return value
end

---@param list any[]
---@param value any
---@return boolean
function lists.contains(list, value)
  for _, item in ipairs(list) do
    if item == value then return true end
  end
  return false
end

--- The keys of a map as texts, sorted; none of what is no table.
---@param map any
---@return string[]
function lists.keys(map)
  local keys = {}
  for key in pairs(type(map) == "table" and map or {}) do keys[#keys + 1] = tostring(key) end
  table.sort(keys)
  return keys
end

return lists
