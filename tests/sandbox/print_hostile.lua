-- print of values that loop.
-- says: print_hostile.lua:3: this run used up its instructions
print(setmetatable({}, { __tostring = function() while true do end end }))
