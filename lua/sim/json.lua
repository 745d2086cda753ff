-- JSON by lua-cjson, with what that library lacks: a slash stays a slash (base64 is full of
-- them), and lists are put together from encoded members, so that an empty one stays a list.

local json = {}
json.__index = json

---@class sim.Json
---@field private cjson table

--- `cjson` is the module; a private copy is made, so that no other user's settings count.
---@param cjson table
---@return sim.Json
function json.new(cjson)
  local own = cjson.new()
  own.decode_invalid_numbers(false)
  own.encode_sparse_array(true)
  return setmetatable({ cjson = own, null = own.null }, json)
end

---@param value any
---@return string
function json:encode(value)
  return (self.cjson.encode(value):gsub("\\/", "/"))
end

---@param text string
---@return any value, string? message nil and why it is no JSON
function json:decode(text)
  local ok, value = pcall(self.cjson.decode, text)
  if not ok then
    return nil, tostring(value)
  end
  return value
end

--- A list of texts that are JSON already.
---@param texts string[]
---@return string
function json.list(texts)
  return "[" .. table.concat(texts, ",") .. "]"
end

--- A list of values.
---@param values any[]
---@return string
function json:array(values)
  local texts = {}
  for i, value in ipairs(values) do
    texts[i] = self:encode(value)
  end
  return json.list(texts)
end

return json
