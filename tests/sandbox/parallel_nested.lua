-- Parallel calls within parallel calls within parallel calls.
-- says: ok
local function nest(n)
  if n == 0 then return 1 end
  return #parallel({ 1, 2, 3 }, function() return nest(n - 1) end)
end
assert(nest(6) == 3)
