-- A for loop whose step is too small to get anywhere.
-- says: loop_for_float.lua:3: this run used up its instructions
for _ = 1, 2, 1e-300 do end
