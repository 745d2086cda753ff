-- A pattern of a megabyte.
-- says: pattern_long.lua:3: bad argument
return ("a"):find(("a"):rep(1000000))
