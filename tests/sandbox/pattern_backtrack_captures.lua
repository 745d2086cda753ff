-- Captures and references back.
-- says: pattern_backtrack_captures.lua:3: this run used up its instructions
return (("a"):rep(2000)):find("(.-)(.-)(.-)%1%2%3b")
