--- Checks tables that a person wrote against a description, and collects every mistake.
---
--- A description of a field is
--- { type, required = true, choices = {...}, fields = {...}, each = field }.
--- Types: "text", "flag", "number", "count" (a whole number above zero), "table", "map" (names to
--- `each`), "source" (env, file or command), "list" (of texts), "texts" (one or a list),
--- "function".
--- A table with `loose` may have members without names, { "1d", at = … }.
local suggest = require("dray.suggest")

local schema = {}

local function is_count(value)
  return math.type(value) == "integer" and value > 0
end

-- A secret that stood in the file as what is taken otherwise would be a secret in the file.
local function is_source(value)
  return type(value) == "table" and value.otherwise == nil
    and (value.env or value.file or value.command) ~= nil
end

local function is_text_list(value)
  if type(value) ~= "table" then return false end
  for _, item in ipairs(value) do
    if type(item) ~= "string" then return false end
  end
  return #value > 0
end

local function is_texts(value)
  return (type(value) == "string" and value ~= "") or is_text_list(value)
end

local kinds = {
  text = { function(v) return type(v) == "string" and v ~= "" end, "a text" },
  flag = { function(v) return type(v) == "boolean" end, "true or false" },
  number = { function(v) return type(v) == "number" end, "a number" },
  count = { is_count, "a whole number above zero" },
  table = { function(v) return type(v) == "table" end, "a table" },
  map = { function(v) return type(v) == "table" end, "a table with names" },
  source = { is_source, 'env "NAME", file "PATH" or command { … }, never the secret itself' },
  texts = { is_texts, "a text or a list of texts" },
  ["function"] = { function(v) return type(v) == "function" end, "a function" },
  list = { is_text_list, "a list of texts" },
}

local function keys_of(fields)
  local keys = {}
  for key in pairs(fields) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  return keys
end

local function show(value)
  if type(value) == "string" then return ('"%s"'):format(value:sub(1, 40)) end
  if type(value) == "table" then return "a table" end
  return tostring(value)
end

local check_fields

local function check_value(path, value, field, report)
  local kind = kinds[field[1]]
  if not kind[1](value) then
    local got = field[1] == "source" and "" or (", got " .. show(value))
    report(path, "expected " .. kind[2] .. got)
    return
  end
  if field.choices then
    for _, choice in ipairs(field.choices) do
      if choice == value then return end
    end
    report(path, ('expected one of "%s", got %s%s'):format(
      table.concat(field.choices, '", "'), show(value), suggest.hint(value, field.choices)))
  end
  if field.fields then check_fields(path, value, field.fields, report, field.loose) end
  if field.each then
    for _, key in ipairs(keys_of(value)) do
      check_value(path .. "." .. tostring(key), value[key], field.each, report)
    end
  end
end

local function check_unknown(path, value, fields, report, loose)
  for _, key in ipairs(keys_of(value)) do
    local named = type(key) == "string"
    if (named or not loose) and (not named or fields[key] == nil) then
      report(path, ('unknown key "%s"%s'):format(
        tostring(key), suggest.hint(tostring(key), keys_of(fields))), true)
    end
  end
end

function check_fields(path, value, fields, report, loose)
  check_unknown(path, value, fields, report, loose)
  for _, key in ipairs(keys_of(fields)) do
    local field = fields[key]
    local at = path == "" and key or path .. "." .. key
    if value[key] ~= nil then
      check_value(at, value[key], field, report)
    elseif field.required then
      report(at, "missing")
    end
  end
end

--- Checks a table; `report(path, message, unknown)` is called for every mistake, in order of the
--- keys; `unknown`: it is only a key that nobody knows.
---@param value table
---@param fields table<string, table>
---@param report fun(path: string, message: string, unknown: boolean?)
function schema.check(value, fields, report)
  check_fields("", value, fields, report)
end

return schema
