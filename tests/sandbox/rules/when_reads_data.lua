-- A `when` that only reads the rule's memory, with numbers of all kinds and lists in it.
-- says: ok
rule {
  name = "attack",
  on = "order.new",
  data = { n = 1, f = 1.5, empty = {}, list = { 1, { 2 } }, text = "1.50", yes = true },
  when = function(e) return e.data.n == 1 and e.data.list[2][1] == 2 end,
  run = function(e) e.data.n = e.data.n + 1 end,
}
