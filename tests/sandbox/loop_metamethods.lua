-- Loops inside arithmetic, comparison, length, concatenation and call of a value.
-- says: loop_metamethods.lua:3: this run used up its instructions
local loop = function() while true do end end
local v = setmetatable({}, { __add = loop, __lt = loop, __le = loop, __eq = loop, __len = loop,
  __concat = loop, __call = loop, __unm = loop, __idiv = loop, __shl = loop, __bnot = loop })
pcall(function() return v + 1 end)
pcall(function() return v < 1 end)
pcall(function() return #v end)
v()
