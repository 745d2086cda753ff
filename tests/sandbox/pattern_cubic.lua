-- A pattern that takes the fourth power of its subject.
-- says: pattern_cubic.lua:3: this run used up its instructions
return (("a"):rep(3000)):find(".-.-.-.-b")
