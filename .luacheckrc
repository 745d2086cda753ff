-- luacheck's settings; scripts/check.sh runs it.
std = "lua54"
max_line_length = 100
exclude_files = { "build*/", "**/*.d.lua", "tests/sandbox/" } -- attacks are not to be nice

-- What a script sees: an allow-listed part of Lua, and dray's words.
stds.dray_script = {
  read_globals = {
    "assert", "error", "ipairs", "select", "type", "tonumber", "tostring", "pairs", "pcall", "print",
    "setmetatable", "try", "string", "table", "math", "utf8", "arg",
    "orders", "order", "shipments", "shipment", "event", "notify", "documents", "poll", "call", "parallel",
    "rule", "use",
    "sleep", "settle", "now", "instant", "iso", "date", "duration", "read_json", "read_csv", "log", "array", "null",
  },
}

-- A rule file sees these, too.
stds.dray_rules = { read_globals = { "rule", "use", "notify" } }

-- The project file: an empty environment with a few words.
stds.dray_project = {
  read_globals = {
    "account", "env", "file", "command", "rules", "export", "event", "feed", "notify", "printer",
  },
}

files["examples"] = { std = "dray_script" }
files["examples/**/rules"] = { std = "dray_script+dray_rules" }
files["tests/bench"] = { std = "dray_script" }
files["examples/**/dray.lua"] = { std = "dray_project" }
files["examples/**/tests"] = { std = "lua54+busted" }
files["examples/project.lua"] = { std = "lua54+busted" }
files["tests/bench/**/dray.lua"] = { std = "dray_project" }
files["tests/spec"] = { std = "lua54+busted" }
files["tests/spec/vendor/day.lua"] = { std = "dray_script" }
files["lua/init/dray.lua"] = { std = "dray_project" }
files["lua/init/rules"] = { std = "dray_script+dray_rules" }
files["lua/init/tests"] = { std = "lua54+busted" }
