-- Every function of texts with integers at their ends.
-- says: ok
local extremes = { math.mininteger, math.mininteger + 1, -2, -1, 0, 1, 2, math.maxinteger - 1, math.maxinteger }
local s = "abc"
for _, i in ipairs(extremes) do
  for _, j in ipairs(extremes) do
    pcall(string.sub, s, i, j)
    pcall(string.byte, s, i, j)
    pcall(string.find, s, "b", i, true)
    pcall(string.find, s, "b", i)
    pcall(string.match, s, "()", i)
    pcall(string.gmatch, s, ".", i)
    pcall(string.gsub, s, ".", "x", i)
    pcall(string.char, i, j)
    pcall(utf8.char, i, j)
    pcall(utf8.len, s, i, j)
    pcall(utf8.codepoint, s, i, j)
    pcall(utf8.offset, s, i, j)
    pcall(select, i, 1, 2, 3)
    pcall(tonumber, "zz", i)
    pcall(math.ult, i, j)
    pcall(function() return i // j end)
    pcall(function() return i % j end)
    pcall(function() return i << j end)
    pcall(function() for _ = i, i, j do end end)
  end
end
