-- A harmless looking pattern over a long text.
-- says: pattern_quadratic.lua:3: this run used up its instructions
return (("a"):rep(1000000)):find(".-b")
