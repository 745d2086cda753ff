-- A file that never comes to its end.
-- says: file_loops.lua:3: this run used up its instructions
while true do end
