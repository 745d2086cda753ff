-- What people are told.

rule {
  name  = "morning list",
  every = { "1d", at = "07:30", days = "mon-fri", zone = "Europe/Berlin" },
  run   = function()
    log.info("orders are due today", { orders = orders({ due = "today" }):count() })
  end,
}
