-- Assignments to every word and to every member of every word.
-- says: ok
local names = { "assert", "error", "ipairs", "pairs", "pcall", "print", "select", "setmetatable",
  "string", "table", "tonumber", "tostring", "try", "type", "utf8", "math", "log", "order", "orders",
  "call", "poll", "settle", "parallel", "sleep", "now", "date", "new_one" }
for _, name in ipairs(names) do
  local ok = pcall(function() _ENV[name] = function() error("poisoned") end end)
  assert(not ok, name)
end
for _, library in ipairs { string, table, math, utf8, log } do
  for _, name in ipairs { "rep", "concat", "floor", "len", "info", "insert", "new_one" } do
    local ok = pcall(function() library[name] = 1 end)
    assert(not ok, name)
  end
  assert(not pcall(setmetatable, library, {}))
end
