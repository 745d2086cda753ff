-- An iterator that searches for long before it fails.
-- says: pattern_gmatch.lua:3: this run used up its instructions
for _ in (("a"):rep(500000)):gmatch("a-b") do end
