-- Parallel calls that never stop nesting.
-- says: parallel_endless_nesting.lua:3: 
local function nest() parallel({ 1, 2 }, nest) end
nest()
