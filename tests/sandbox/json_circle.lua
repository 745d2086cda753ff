-- A table that holds itself.
-- says: ok
local t = {}
t.t = t
pcall(call, "getOrder", t)
pcall(poll, t)
pcall(orders, t)
pcall(documents, t)
