-- A file that never comes to its end, and catches that.
-- says: file_loops_caught.lua:3: this run used up its instructions
while true do pcall(function() while true do end end) end
