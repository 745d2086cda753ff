-- An environment of the script's own making gives it nothing more.
-- says: env_local.lua:4: attempt to index a nil value (global 'os')
local _ENV = { string = string }
os.exit(1)
