-- The word next, which reaches the process or behind the sandbox.
-- says: absent_next.lua:3: unknown word "next"
return next
