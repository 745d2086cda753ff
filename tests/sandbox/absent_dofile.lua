-- The word dofile, which reaches the process or behind the sandbox.
-- says: absent_dofile.lua:3: unknown word "dofile"
return dofile
