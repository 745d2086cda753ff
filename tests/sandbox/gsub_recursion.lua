-- A replacement that replaces within itself.
-- says: gsub_recursion.lua:3: calls within calls too deep
local function again(s) return (s:gsub(".", again)) end
return again("ab")
