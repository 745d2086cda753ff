-- A hundred thousand rules.
-- says: head_many.lua:3: rule: more than 500 rules in one file
for i = 1, 100000 do rule { name = "r" .. i, on = "order.new", run = function() end } end
