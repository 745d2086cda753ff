-- An endless loop that retries in pcall.
-- says: loop_pcall.lua:3: this run used up its instructions
while true do pcall(function() while true do end end) end
