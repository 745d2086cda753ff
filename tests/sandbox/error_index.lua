-- An error value whose members raise.
-- says: (an error that is a table value)
error(setmetatable({}, { __index = function() error("asked") end, __name = "x" }))
