-- Allowed texts of a megabyte, for ever.
-- says: string_rep_repeated.lua:3: this run used up its instructions
while true do local _ = ("x"):rep(1000000) end
