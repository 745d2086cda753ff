-- Orders are taken when the shelf has them, and denied only after a while and by a person's word.

rule {
  name = "accept what the shelf can fill",
  on   = { "order.new", "stock.changed" },
  when = function(e) return e.order.state == "new" and e.order:fillable() end,
  run  = function(e) e.order:accept() end,
}

rule {
  name = "tell the desk what is short",
  on   = "stock.changed",
  when = function(e) return e.order.state == "accepted" and not e.order:fillable() end,
  run  = function(e)
    notify("desk", ("order %s is short of %s\n"):format(e.order.purchaseOrderNumber, e.product))
  end,
}

rule {
  name    = "deny when stock stays missing",
  on      = { "order.accepted", "stock.changed" },
  when    = function(e) return e.order.state == "accepted" and not e.order:fillable() end,
  hold    = "30m", -- must stay true this long
  approve = true,  -- `when` is asked again at the release
  run     = function(e) e.order:floor_deny { why = "out of stock" } end,
}
