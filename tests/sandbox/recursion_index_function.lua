-- A recursion through __index.
-- says: recursion_index_function.lua:3: 
local t = setmetatable({}, { __index = function(t, k) return t[k .. "x"] end })
return t.a
