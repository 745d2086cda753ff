-- A repeat loop whose condition never comes true.
-- says: loop_repeat.lua:3: this run used up its instructions
repeat local x = 1 until x == 2
