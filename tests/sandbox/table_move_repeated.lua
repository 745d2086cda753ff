-- Allowed ranges, for ever.
-- says: table_move_repeated.lua:3: this run used up its instructions
while true do table.move({}, 1, 999999, 2) end
