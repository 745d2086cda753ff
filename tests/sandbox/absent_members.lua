-- Members of libraries that load code, keep state or reach memory.
-- says: ok
local missing = { string = { "dump", "pack", "unpack", "packsize" }, math = { "random", "randomseed" } }
local tables = { string = string, math = math }
for name, list in pairs(missing) do
  for _, member in ipairs(list) do
    local ok, e = pcall(function() return tables[name][member] end)
    assert(not ok and tostring(e):find("unknown word", 1, true), name .. "." .. member)
  end
end
