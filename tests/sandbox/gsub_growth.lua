-- A replacement that makes a long text of a short one.
-- says: gsub_growth.lua:3: not enough memory: a script may use 32 MiB
return (("a"):rep(1000000)):gsub("a", ("b"):rep(1000))
