-- The word require, which reaches the process or behind the sandbox.
-- says: absent_require.lua:3: unknown word "require"
return require
