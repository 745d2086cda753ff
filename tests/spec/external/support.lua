--- What the specs of a seller share: one location, what Amazon was told, and the effects
--- of one shipment.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local places = dofile(here .. "../sim/external_places.lua")
local test = require("dray.test")
local shipment_floor = require("sim.shipment_floor")

local support = {}

-- What Amazon takes for what it does; a workflow is over before the next step is tried.
local DELAYS = { workflow = { 1000, 1000 }, stock = { 60000, 60000 },
  pickup = { 3600000, 3600000 }, delivery = { 86400000, 86400000 } }

--- A host over a quiet Amazon with one seller at one location.
---@param where "flex"|"easy"|"self"|"courier"
---@param options? table dray.test.Options with `share`, `shipments`, `location`; `words` stand
--- in the project file beside the account
---@return dray.test.Host
function support.host(where, options)
  options = options or {}
  local account = { id = "seller", program = "external", refresh_token = "Atzr|seller",
    client_id = "client", client_secret = "secret", shipments = options.shipments or 1,
    locations = { places.with(places[where], options.location) } }
  local sim = places.with({ delays = places.with(DELAYS, options.delays), external_rate = 20,
    external_burst = 20, share = places.with(places.quiet, options.share) }, options.sim)
  local words = options.words and test.project({ account }, options.writes) .. options.words
  return test.host(places.with(options, { accounts = { account }, sim = sim,
    project = options.project or words }))
end

--- Amazon's own record of the first shipment, which a spec may change.
---@param host dray.test.Host
---@return sim.Shipment
function support.shipment(host)
  return host.amazon.world.account_list[1].shipment_list[1]
end

--- The packages that the floor makes of a shipment, complete.
---@param shipment sim.Shipment
---@return table[]
function support.packages(shipment)
  return shipment_floor.packages(shipment)
end

-- A table of texts, numbers and tables as Lua source.
local function source(value)
  if type(value) ~= "table" then
    return type(value) == "string" and ("%q"):format(value) or tostring(value)
  end
  local parts = {}
  for key, member in pairs(value) do
    parts[#parts + 1] = ("[%s] = %s"):format(source(key), source(member))
  end
  return "{ " .. table.concat(parts, ", ") .. " }"
end

local function filled(text, shipment)
  text = text:gsub("%$ID", shipment and shipment.id or "")
  return (text:gsub("%$PACKAGES", function()
    return source(shipment_floor.packages(shipment))
  end))
end

--- Runs a script that must succeed. $ID is its id, $PACKAGES what the floor packs; `s` is
--- the shipment.
---@param host dray.test.Host
---@param text string
---@param shipment? sim.Shipment
---@param timeout? string
function support.run(host, text, shipment, timeout)
  local head = shipment and "local s = shipment '$ID' " or ""
  local result = host:run(filled(head .. text, shipment), nil, timeout)
  assert(result.ok, result.error)
end

--- Runs a script that must fail; gives what it says.
---@param host dray.test.Host
---@param text string
---@param shipment? sim.Shipment
---@return string
function support.fails(host, text, shipment)
  local head = shipment and "local s = shipment '$ID' " or ""
  local result = host:run(filled(head .. text, shipment))
  assert(not result.ok, "the script was expected to fail")
  return result.error
end

--- A host whose first shipment is known to dray.
---@param where "flex"|"easy"|"self"|"courier"
---@param options? table with `prepare`, which is given Amazon's record before dray reads it
---@return dray.test.Host host
---@return sim.Shipment shipment
function support.begin(where, options)
  local host = support.host(where, options)
  if options and options.prepare then
    options.prepare(support.shipment(host), host)
  end
  support.run(host, 'poll "shipments"')
  return host, support.shipment(host)
end

--- The effects of a verb, by id.
---@param host dray.test.Host
---@param verb string
---@return table[]
function support.effects(host, verb)
  local out = {}
  for _, effect in ipairs(host:effects()) do
    if effect.verb == verb then
      out[#out + 1] = effect
    end
  end
  return out
end

--- The newest effect of a verb.
---@param host dray.test.Host
---@param verb string
---@return table?
function support.effect(host, verb)
  local all = support.effects(host, verb)
  return all[#all]
end

--- What Amazon was told about a shipment.
---@param host dray.test.Host
---@param shipment sim.Shipment
---@param what string
---@param package? string
function support.told(host, shipment, what, package)
  return host.amazon:told(shipment.account, shipment.id, what, package)
end

--- Everything that the log says, one entry a line, for a spec to search.
---@param host dray.test.Host
---@return string
function support.story(host)
  local lines = {}
  for i, entry in ipairs(host:log()) do
    local detail = entry.detail or {}
    lines[i] = ("%s %s %s %s %s"):format(entry.what, detail.verb or detail.package or "",
      detail.was or "", detail.why or "", detail.evidence or "")
  end
  return table.concat(lines, "\n")
end

--- The log's entries of a name.
---@param host dray.test.Host
---@param what string
---@return table[]
function support.events(host, what)
  local out = {}
  for _, entry in ipairs(host:log()) do
    if entry.what == what then
      out[#out + 1] = entry.detail or {}
    end
  end
  return out
end

--- Whether a text holds another, letter by letter.
function support.says(text, part)
  return text ~= nil and text:find(part, 1, true) ~= nil
end

return support
