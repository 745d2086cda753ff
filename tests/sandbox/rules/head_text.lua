-- A head that is a text.
-- says: head_text.lua:3: rule: expected rule { ... }, got a string
rule "attack"
