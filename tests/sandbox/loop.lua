-- An endless loop.
-- says: loop.lua:3: this run used up its instructions
while true do end
