-- The word debug, which reaches the process or behind the sandbox.
-- says: absent_debug.lua:3: unknown word "debug"
return debug
