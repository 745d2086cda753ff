-- The word rawlen, which reaches the process or behind the sandbox.
-- says: absent_rawlen.lua:3: unknown word "rawlen"
return rawlen
