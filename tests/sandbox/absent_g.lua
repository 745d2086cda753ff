-- The word _G, which reaches the process or behind the sandbox.
-- says: absent_g.lua:3: unknown word "_G"
return _G
