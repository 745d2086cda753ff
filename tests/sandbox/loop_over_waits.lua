-- A loop that waits now and then so that no slice of it is long.
-- says: loop_over_waits.lua:3: this run used up its instructions
while true do sleep(1) for _ = 1, 100000 do end end
