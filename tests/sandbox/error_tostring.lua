-- An error value whose __tostring loops: the host reads it raw.
-- says: (an error that is a table value)
error(setmetatable({}, { __tostring = function() while true do end end }))
