-- The word io, which reaches the process or behind the sandbox.
-- says: absent_io.lua:3: unknown word "io"
return io
