-- A head whose every key has a wrong type.
-- says: head_types.lua:3: rule: active: expected true or false, got "x"
rule { name = 5, on = {}, where = 1, when = "x", hold = {}, approve = 1, run = {}, timeout = -1, data = 1, active = "x" }
