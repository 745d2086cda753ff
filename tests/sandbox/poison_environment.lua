-- The environment itself as a table.
-- says: poison_environment.lua:6: "injected" is not a local variable
assert(not pcall(table.insert, _ENV, "x"))
assert(not pcall(setmetatable, _ENV, {}))
assert(not pcall(table.move, { "a" }, 1, 1, 1, _ENV))
_ENV.injected = 1
