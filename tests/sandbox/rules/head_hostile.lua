-- A head that answers for every key.
-- says: head_hostile.lua:3: rule: name: missing
rule(setmetatable({}, { __index = function() while true do end end, __pairs = function() while true do end end }))
