-- A loop over pairs of a table that is filled while it is gone through.
-- says: loop_in_pairs_body.lua:4: this run used up its instructions
local t = { 1 }
while true do for k in pairs(t) do t[k + 1] = 1 end end
