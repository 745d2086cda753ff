-- A loop inside __index of the table that gsub asks.
-- says: loop_gsub_index.lua:3: this run used up its instructions
local t = setmetatable({}, { __index = function() while true do end end })
return ("abc"):gsub(".", t)
