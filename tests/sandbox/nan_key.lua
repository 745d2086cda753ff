-- Keys that are not numbers.
-- says: ok
local t = {}
assert(not pcall(function() t[0 / 0] = 1 end))
assert(t[0 / 0] == nil)
assert(not pcall(function() t[nil] = 1 end))
pairs(t)
