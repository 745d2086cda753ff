-- A `when` that acts, catches the refusal, and says yes.
-- says: ok
rule {
  name = "attack",
  on = "order.new",
  when = function() pcall(poll, "orders") try(settle) return true end,
  run = function() end,
}
