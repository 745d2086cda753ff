-- The word loadfile, which reaches the process or behind the sandbox.
-- says: absent_loadfile.lua:3: unknown word "loadfile"
return loadfile
