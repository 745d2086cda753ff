-- Balanced parentheses that never close.
-- says: pattern_balance.lua:3: this run used up its instructions
return (("("):rep(200000)):find("%b()")
