-- The word rawequal, which reaches the process or behind the sandbox.
-- says: absent_rawequal.lua:3: unknown word "rawequal"
return rawequal
