-- A loop of goto and labels, without a loop statement.
-- says: loop_goto.lua:4: this run used up its instructions
::again::
do goto again end
