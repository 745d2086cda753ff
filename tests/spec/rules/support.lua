--- What the specs of rules share: a host whose orders are there already, and short ways to look.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local vendor = dofile(here .. "../vendor/support.lua")

local support = setmetatable({}, { __index = vendor })

--- A host with rules that has read its orders.
---@param rules string|table<string, string>
---@param options? dray.test.Options
---@return dray.test.Host
function support.host(rules, options)
  local all = { rules = rules }
  for key, value in pairs(options or {}) do all[key] = value end
  local host = vendor.host(all)
  vendor.run(host, "poll 'orders'")
  host:work()
  return host
end

--- The mistakes of rules that must not load.
---@param rules string|table<string, string>
---@param options? dray.test.Options
---@return string
function support.mistakes(rules, options)
  local all = { rules = rules }
  for key, value in pairs(options or {}) do all[key] = value end
  local ok, message = pcall(vendor.host, all)
  assert(not ok, "the rules were expected to have mistakes")
  return message
end

--- Runs of a rule, the oldest first.
---@param host dray.test.Host
---@param rule string
---@return table[]
function support.runs(host, rule)
  local out = {}
  for _, run in ipairs(host:runs()) do
    if run.rule == rule then table.insert(out, 1, run) end
  end
  return out
end

--- What is remembered of one rule.
---@param host dray.test.Host
---@param name string
---@return table?
function support.rule(host, name)
  for _, rule in ipairs(host:rules()) do
    if rule.name == name then return rule end
  end
end

return support
