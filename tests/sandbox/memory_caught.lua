-- Memory without end, caught again and again.
-- says: memory_caught.lua:4: this run used up its instructions
while true do
  pcall(function() local s = ("x"):rep(1000) while true do s = s .. s end end)
end
