-- A wait inside pcall inside pcall, which may.
-- says: ok
assert(select(3, pcall(pcall, function() sleep(1) return "x" end)) == "x")
