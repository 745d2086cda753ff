-- A wait whose length is no length.
-- says: ok
for _, s in ipairs { -1, 0 / 0, 1 / 0, 1e300, "", "5", "-5s", "99999999999999999999h", {} } do assert(not pcall(sleep, s), tostring(s)) end
