-- A recursion without end.
-- says: recursion.lua:3: not enough memory: a script may use 32 MiB
local function f() return 1 + f() end
return f()
