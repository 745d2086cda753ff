-- Long keys without end.
-- says: memory_keys.lua:4: not enough memory
local t, key = {}, ("k"):rep(100000)
for i = 1, 1e9 do t[key .. i] = true end
