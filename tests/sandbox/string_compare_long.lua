-- Long texts that differ in their last byte, passed over again and again.
-- says: string_compare_long.lua:4: this run used up its instructions
local s = ("x"):rep(1000000)
while true do local _ = s:upper() == s:lower() end
