-- A gmatch whose body never ends.
-- says: loop_gmatch.lua:3: this run used up its instructions
for _ in ("abc"):gmatch(".") do while true do end end
