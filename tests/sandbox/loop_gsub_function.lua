-- A loop inside the function that gsub calls.
-- says: loop_gsub_function.lua:3: this run used up its instructions
return ("abc"):gsub(".", function() while true do end end)
