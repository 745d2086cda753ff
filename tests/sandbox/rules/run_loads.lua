-- A run that loads a file.
-- says: run_loads.lua:7: use: works only while the file loads
rule {
  name = "attack",
  on = "order.new",
  when = function() return true end,
  run = function() use "honest" end,
}
