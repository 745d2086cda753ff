-- A child whose error is hostile.
-- says: (an error that is a table value)
parallel({ 1, 2 }, function() error(setmetatable({}, { __tostring = function() while true do end end })) end)
