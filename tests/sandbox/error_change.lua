-- The members of an error that try gave.
-- says: 
local _, e = try(error, "x", 0)
e.code = nil
e.message = setmetatable({}, {})
e.where = {}
error(e)
