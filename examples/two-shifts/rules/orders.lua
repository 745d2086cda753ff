-- Which orders are taken, and when the shifts hear of them.
local shifts = use "shifts"

rule {
  name = "accept what can still leave",
  on   = "order.new",
  when = function(e) return not shifts.too_late(e.order, instant(e.at)) end,
  run  = function(e) e.order:accept() end,
}

rule {
  name    = "ask a person about what comes after the cut-off",
  on      = "order.new",
  when    = function(e) return shifts.too_late(e.order, instant(e.at)) end,
  approve = true, -- `dray release` of this rule: the late shift can take it
  run     = function(e) e.order:accept() end,
}

rule {
  name  = "tell each shift what is due",
  every = { "1d", at = { "06:00", "14:30" }, days = "mon-sat", zone = "Asia/Kolkata" },
  run   = function()
    notify("desk", ("%d orders to pack, %d of them due today\n"):format(
      orders { state = "accepted" }:count(),
      orders { state = "accepted", due = "today" }:count()))
  end,
}
