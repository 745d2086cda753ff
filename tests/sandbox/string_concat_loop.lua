-- A long text that is copied at every step: few instructions, much work.
-- says: string_concat_loop.lua:5: this run used up its instructions
local s = ("x"):rep(1000000)
s = s .. s .. s .. s
while true do local _ = s .. "y" end
