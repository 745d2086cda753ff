-- The word load, which reaches the process or behind the sandbox.
-- says: absent_load.lua:3: unknown word "load"
return load
