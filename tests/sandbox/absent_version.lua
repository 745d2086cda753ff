-- The word _VERSION, which reaches the process or behind the sandbox.
-- says: absent_version.lua:3: unknown word "_VERSION"
return _VERSION
