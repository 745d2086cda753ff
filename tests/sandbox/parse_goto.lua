-- A goto that leads nowhere.
-- says: parse_goto.lua:
goto nowhere
