-- A frontier over a long text, from every place.
-- says: pattern_frontier.lua:3: this run used up its instructions
return (("a"):rep(500000)):find(".-%f[b]")
