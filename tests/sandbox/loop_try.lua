-- An endless loop that retries in try.
-- says: loop_try.lua:3: this run used up its instructions
while true do try(function() while true do end end) end
