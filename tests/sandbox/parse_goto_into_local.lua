-- A goto into the scope of a variable.
-- says: parse_goto_into_local.lua:
goto inside
local x = 1
::inside::
return x
