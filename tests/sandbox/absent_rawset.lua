-- The word rawset, which reaches the process or behind the sandbox.
-- says: absent_rawset.lua:3: unknown word "rawset"
return rawset
