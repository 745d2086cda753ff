-- Limits that are none.
-- says: ok
for _, l in ipairs { 0, -1, 1.5, 0 / 0, "x", {}, math.maxinteger } do assert(not pcall(parallel, { 1 }, print, { limit = l })) end
