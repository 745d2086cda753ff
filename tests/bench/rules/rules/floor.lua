-- Three rules for each order, of which one holds; one that decides only; one that acts.
rule {
  name = "deny when it stays new",
  on = "order.changed",
  when = function(e) return e.order.state == "new" end,
  hold = "30d",
  run = function(e) e.order:floor_deny { why = "never seen" } end,
}

rule {
  name = "look for gifts",
  on = { "order.changed", "packed" },
  when = function(e) return e.order.state == "new" and e.order.gift end,
  run = function(e) e.order:accept() end,
}

rule {
  name = "look for another warehouse",
  on = "order.changed",
  when = function(e) return e.order.warehouse == "WXYZ" end,
  run = function(e) e.order:accept() end,
}

rule {
  name = "accept",
  on = "picked_up",
  run = function(e) e.order:accept() end,
}
