-- A weak table, which the collector of Lua 5.4.4 frees while it is used.
-- says: weak_table.lua:3: setmetatable: __mode is not possible here
setmetatable({}, { __mode = "k" })
