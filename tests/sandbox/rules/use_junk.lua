-- A name that is none.
-- says: use_junk.lua:4: use: expected the name of a file beside this one
for _, name in ipairs { 1, "", ".", "..", "a/b", "a.lua", ("x"):rep(1000), "a\0b", {}, print } do assert(not pcall(use, name), tostring(name)) end
use {}
