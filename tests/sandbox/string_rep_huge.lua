-- A text of a gigabyte.
-- says: string_rep_huge.lua:3: string.rep: the result would be longer than 1 MiB
return ("x"):rep(1000000000)
