-- The well-known trim over a long text of blanks.
-- says: pattern_trim.lua:3: this run used up its instructions
return (((" "):rep(60000)) .. "x" .. (" "):rep(60000) .. "y"):match("^%s*(.-)%s*$")
