-- A recursion through pcall.
-- says: ok
local function f() return pcall(f) end
f()
local function g() local ok, e = pcall(g) return ok, e end
g()
