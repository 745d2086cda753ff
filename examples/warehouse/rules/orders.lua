-- Which orders are taken.

rule {
  name = "accept what the floor will pack",
  on   = "planned",
  when = function(e) return e.decision == "pack" end,
  run  = function(e) e.order:accept() end,
}

rule {
  name = "refuse what it will not",
  on   = "planned",
  when = function(e) return e.decision == "refuse" end,
  run  = function(e) e.order:reject { code = e.code } end,
}

rule {
  name = "deny what was missing when it should be packed",
  on   = "missing",
  run  = function(e) e.order:floor_deny { why = "the floor could not fill it" } end,
}
