-- Functions of UTF-8 over a long text, again and again.
-- says: utf8_long.lua:4: this run used up its instructions
local s = ("x"):rep(1000000)
while true do utf8.len(s) end
