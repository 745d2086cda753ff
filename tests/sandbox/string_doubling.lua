-- A text that doubles.
-- says: string_doubling.lua:4: not enough memory: a script may use 32 MiB
local s = ("x"):rep(1000)
while true do s = s .. s end
