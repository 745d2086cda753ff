-- A pattern that takes exponential time.
-- says: pattern_exponential.lua:3: this run used up its instructions
return (("a"):rep(28)):find(("a?"):rep(28) .. ("a"):rep(28))
