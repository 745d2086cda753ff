-- A table that is made weak after its metatable was set.
-- says: ok
local mt = {}
local weak = setmetatable({}, mt)
mt.__mode = "kv"
for i = 1, 1000 do weak[i] = { i } end
for i = 1, 20000 do local _ = { i } end
local left = 0
for i = 1, 1000 do if weak[i] then left = left + 1 end end
assert(left == 1000, "it is weak")
