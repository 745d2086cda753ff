-- An error value of a megabyte.
-- says: xxxxxxxxxx
error(("x"):rep(1000000), 0)
