-- A table whose length is huge without having many members: powers of two are keys.
-- says: ok
local t = {}
for i = 0, 62 do t[1 << i] = 1 end
pcall(table.insert, t, 1, "x")
pcall(table.remove, t, 1)
pcall(table.concat, t, ",")
pcall(table.sort, t)
pcall(table.unpack, t)
pcall(parallel, t, function() end)
pcall(select, 1 << 62, 1)
