-- Errors of every kind.
-- says: (an error that is a nil value)
for _, e in ipairs { 1, 1.5, true, {}, print, null, "x" } do
  local ok, got = pcall(error, e)
  assert(not ok and got == e)
  local none, t = try(error, e)
  assert(none == nil and type(t) == "table" and type(t.message) == "string")
end
error(nil)
