-- Widths and precisions beyond reason.
-- says: ok
for _, f in ipairs { "%999d", "%.999f", "%99999999999s", "%-+ #0-+ #0d", "%1000000000s", "%*d", "%n", "%", "%5.", "%y" } do
  assert(not pcall(string.format, f, 1), f)
end
assert(#("%99.99f"):format(1e308) < 500)
assert(("%q"):format(math.mininteger) == "0x8000000000000000")
pcall(string.format, "%s")
pcall(string.format, "%d", "1.5")
pcall(string.format, "%c", 1 << 40)
