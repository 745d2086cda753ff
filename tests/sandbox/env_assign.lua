-- A new environment for the chunk.
-- says: ok
_ENV = {}
other = 1
