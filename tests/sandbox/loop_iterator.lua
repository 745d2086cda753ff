-- An iterator that never ends.
-- says: loop_iterator.lua:3: this run used up its instructions
for _ in function() return 1 end do end
