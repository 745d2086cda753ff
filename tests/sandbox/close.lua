-- A __close, which would run after the run was ended.
-- says: close.lua:3: setmetatable: __close is not possible here
local x <close> = setmetatable({}, { __close = function() while true do end end })
