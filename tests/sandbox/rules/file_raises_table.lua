-- A file that raises a hostile value.
-- says: file_raises_table.lua: (an error that is a table value)
error(setmetatable({}, { __tostring = function() while true do end end }))
