-- ipairs over a table that answers for every place.
-- says: ipairs_endless.lua:3: this run used up its instructions
for _ in ipairs(setmetatable({}, { __index = function() return 1 end })) do end
