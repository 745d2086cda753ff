-- A wait inside __tostring.
-- says: wait_in_tostring.lua:3: sleep: cannot wait here
return tostring(setmetatable({}, { __tostring = function() sleep(1) return "" end }))
