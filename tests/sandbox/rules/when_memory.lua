-- A `when` that takes all memory.
-- says: warn the `when` of a rule failed rule=attack error="rules/when_memory.lua: not enough memory: a rule file may use 32 MiB
rule {
  name = "attack",
  on = "order.new",
  when = function() local s = ("x"):rep(1000) while true do s = s .. s end end,
  run = function() end,
}
