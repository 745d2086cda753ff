-- The word rawget, which reaches the process or behind the sandbox.
-- says: absent_rawget.lua:3: unknown word "rawget"
return rawget
