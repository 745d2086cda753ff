-- A function that calls itself for ever without growing the stack.
-- says: loop_tail_call.lua:3: this run used up its instructions
local function f() return f() end
f()
