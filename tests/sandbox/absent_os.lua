-- The word os, which reaches the process or behind the sandbox.
-- says: absent_os.lua:3: unknown word "os"
return os
