-- Expressions that Lua 5.4.4 folds at compile time.
-- says: ok
local a = 1 // 0.0
local b = 0.0 % 0.0
local c = math.mininteger // -1
local ok = pcall(function() return 1 // 0 end)
assert(not ok and a == 1 / 0 and b ~= b and c == math.mininteger)
