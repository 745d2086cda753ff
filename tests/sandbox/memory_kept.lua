-- Memory that a run leaves in the shared state is still bounded.
-- says: ok
local t = {}
for i = 1, 500000 do t[i] = i end
log.debug("kept")
