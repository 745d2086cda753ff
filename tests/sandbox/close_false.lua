-- A variable to be closed that holds nothing.
-- says: ok
local x <close> = nil
local y <close> = false
local z <const> = 1
