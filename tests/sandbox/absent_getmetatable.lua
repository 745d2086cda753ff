-- The word getmetatable, which reaches the process or behind the sandbox.
-- says: absent_getmetatable.lua:3: unknown word "getmetatable"
return getmetatable
