-- An empty head.
-- says: head_empty.lua:3: rule: name: missing
rule {}
