-- A search of all that can be reached for anything that looks like a token.
-- says: ok
local seen = {}
local function search(value, way)
  if type(value) == "string" then
    assert(not value:find("Atz", 1, true) and not value:find("Bearer", 1, true), way)
  end
  if type(value) ~= "table" or seen[value] then return end
  seen[value] = true
  for k, v in pairs(value) do search(v, way .. "." .. tostring(k)) end
end
for _, word in ipairs { string, table, math, utf8, log, null } do search(word, "word") end
