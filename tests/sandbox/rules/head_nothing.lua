-- A rule without a head.
-- says: head_nothing.lua:3: rule: expected rule { ... }, got 
rule()
