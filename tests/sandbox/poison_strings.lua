-- The metatable of all texts.
-- says: ok
assert(not pcall(function() ("").upper = 1 end))
assert(not pcall(function() ("").__index = 1 end))
assert(not pcall(setmetatable, "", {}))
assert(("").rep == string.rep)
