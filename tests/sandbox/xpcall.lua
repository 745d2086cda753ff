-- xpcall, whose handler runs with hooks off.
-- says: xpcall.lua:3: unknown word "xpcall" (did you mean "pcall"?)
xpcall(function() while true do end end, function() while true do end end)
