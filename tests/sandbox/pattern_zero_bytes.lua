-- Zero bytes in subjects and patterns.
-- says: ok
assert(("a\0b"):find("\0") == 2)
assert(("a\0b"):gsub("%z", "-") == "a-b")
assert(("\0"):rep(1000):find("[\0-\1]+") == 1)
