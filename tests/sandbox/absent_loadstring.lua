-- The word loadstring, which reaches the process or behind the sandbox.
-- says: absent_loadstring.lua:3: unknown word "loadstring"
return loadstring
