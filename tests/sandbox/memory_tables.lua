-- Tables without end.
-- says: memory_tables.lua:4: not enough memory: a script may use 32 MiB
local t = {}
for i = 1, 1e9 do t[i] = { {}, {}, {} } end
