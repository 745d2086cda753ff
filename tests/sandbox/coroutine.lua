-- A coroutine, which a hook would yield into.
-- says: coroutine.lua:3: unknown word "coroutine"
coroutine.wrap(function() while true do end end)()
