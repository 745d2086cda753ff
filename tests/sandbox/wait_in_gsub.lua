-- A wait inside the function that gsub calls.
-- says: wait_in_gsub.lua:3: sleep: cannot wait here
return ("a"):gsub("a", function() sleep(1) end)
