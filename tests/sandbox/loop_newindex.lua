-- A loop inside __newindex.
-- says: loop_newindex.lua:3: this run used up its instructions
local t = setmetatable({}, { __newindex = function() while true do end end })
t.x = 1
