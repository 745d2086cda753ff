-- A loop under many pcalls, each of which would go on.
-- says: loop_pcall_deep.lua:4: this run used up its instructions
local function nest(n)
  if n == 0 then while true do end end
  while true do pcall(nest, n - 1) end
end
nest(50)
