-- The word collectgarbage, which reaches the process or behind the sandbox.
-- says: absent_collectgarbage.lua:3: unknown word "collectgarbage"
return collectgarbage
