-- Endless loops in parallel, each with a budget of its own if it had one.
-- says: loop_in_parallel.lua:3: this run used up its instructions
while true do pcall(parallel, { 1, 2, 3 }, function() while true do end end) end
