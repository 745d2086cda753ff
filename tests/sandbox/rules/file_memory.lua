-- A file that takes all memory.
-- says: file_memory.lua: not enough memory
local t = {} for i = 1, 1e9 do t[i] = { i } end
