-- A `when` that calls itself.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_recursion.lua: not enough memory: a rule file may use 32 MiB
rule {
  name = "attack",
  on = "order.new",
  when = function(e) local function f() return f() .. "" end return f() end,
  run = function() end,
}
