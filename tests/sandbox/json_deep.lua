-- A table that is nested a hundred thousand deep.
-- says: ok
local t = {}
local inner = t
for _ = 1, 100000 do inner.x = {} inner = inner.x end
pcall(call, "getOrder", t)
pcall(poll, t)
