-- Patterns that are none.
-- says: ok
for _, p in ipairs { "(", ")", "%", "[", "[]", "[^", "[a-", "%b", "%bx", "%f", "%f[", "%1", "%9", "(()", "[%", "(%1)",
  ("("):rep(40), "%f[%]", "[]]-", "^*", "%g(" } do
  pcall(string.find, "abc", p)
  pcall(string.gsub, "abc", p, "%1")
  pcall(string.gmatch("abc", "."))
end
assert(not pcall(string.gsub, "abc", ".", "%2"))
assert(not pcall(string.gsub, "abc", ".", "%"))
assert(not pcall(string.gsub, "abc", ".", function() return {} end))
