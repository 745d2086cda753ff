-- An error value that pretends to be a text.
-- says: (an error that is a table value)
error(setmetatable({}, { __concat = function() while true do end end, __len = function() return 1 << 60 end }))
