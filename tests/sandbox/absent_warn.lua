-- The word warn, which reaches the process or behind the sandbox.
-- says: absent_warn.lua:3: unknown word "warn"
return warn
