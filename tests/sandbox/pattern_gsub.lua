-- A replacement over a subject that takes square time.
-- says: pattern_gsub.lua:3: this run used up its instructions
return (("a"):rep(500000)):gsub("a-b", "")
