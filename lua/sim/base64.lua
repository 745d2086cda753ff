-- Base64 of short texts (page tokens). Documents are encoded in C.

local base64 = {}

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local VALUE = {}
for i = 1, #ALPHABET do
  VALUE[ALPHABET:byte(i)] = i - 1
end

local function letter(bits)
  return ALPHABET:sub(bits + 1, bits + 1)
end

---@param text string
---@return string
function base64.encode(text)
  local out = {}
  for i = 1, #text, 3 do
    local a, b, c = text:byte(i, i + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    out[#out + 1] = letter(bits >> 18) .. letter(bits >> 12 & 63)
      .. (b and letter(bits >> 6 & 63) or "=") .. (c and letter(bits & 63) or "=")
  end
  return table.concat(out)
end

---@param text string
---@return string? nil when it is no base64
function base64.decode(text)
  local letters, padding = text:match("^([A-Za-z0-9+/]*)(=*)$")
  if not letters or #text % 4 ~= 0 or #padding > 2 then
    return nil
  end
  local out = {}
  for i = 1, #letters, 4 do
    local a, b, c, d = letters:byte(i, i + 3)
    local bits = VALUE[a] << 18 | VALUE[b] << 12 | (VALUE[c] or 0) << 6 | (VALUE[d] or 0)
    local bytes = string.char(bits >> 16, bits >> 8 & 255, bits & 255)
    out[#out + 1] = bytes:sub(1, d and 3 or c and 2 or 1)
  end
  return table.concat(out)
end

return base64
