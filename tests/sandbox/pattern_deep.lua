-- A pattern that would recurse once a character.
-- says: pattern_deep.lua:3: this run used up its instructions
return (("a"):rep(100000)):find(("(.)"):rep(20) .. ".-b")
