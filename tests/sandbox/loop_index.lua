-- A loop inside __index.
-- says: loop_index.lua:3: this run used up its instructions
local t = setmetatable({}, { __index = function() while true do end end })
return t.x
