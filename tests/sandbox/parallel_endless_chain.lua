-- A chain of parallel calls, each with one child, that would be undone by recursion.
-- says: parallel_endless_chain.lua:4: parallel: within parallel calls 16 deep
local function nest()
  parallel({ 1 }, nest)
end
nest()
