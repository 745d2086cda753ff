--- For the specs of these projects: a host of a project's own dray.lua and rules, over the
--- simulator, and short ways to look at what became of an order.
local cjson = require("cjson")
local test = require("dray.test")

local project = {}

-- Orders of one line in one box, due today; a spec makes those special that it is about.
local QUIET = { several_lines = 0, several_boxes = 0, gift = 0, slip = 0, scheduled = 0,
  priority = 0, tomorrow = 0, flip = 0 }

-- What the environment has when the project runs.
local GIVEN = {
  DRAY_ENDPOINT = '"http://127.0.0.1:8484"',
  DRAY_CLIENT_SECRET = 'file "acme.secret"',
  DRAY_REFRESH_TOKEN = 'file "acme.token"',
}

local CONFIRMATIONS = "/vendor/directFulfillment/shipping/v1/shipmentConfirmations"

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- With files of the spec's own for those that the project's commands add to.
local function project_file(folder, papers)
  return (read(folder .. "/dray.lua"):gsub('env "([%w_]+)"', GIVEN)
    :gsub('"tee", "%-a", "', '%0' .. papers .. "."))
end

-- Keeps what Amazon is told as confirmations and denials, in host.confirmations by order.
local function record(host)
  local amazon, handle = host.amazon, host.amazon.handle
  host.confirmations = {}
  function amazon:handle(request)
    if request.method == "POST" and request.path == CONFIRMATIONS then
      for _, one in ipairs(cjson.decode(request.body).shipmentConfirmations) do
        host.confirmations[one.purchaseOrderNumber] = one
      end
    end
    return handle(self, request)
  end
end

local function rules_of(folder)
  local out = {}
  local list = assert(io.popen(("ls '%s/rules'"):format(folder)))
  for name in list:lines() do out[name] = read(folder .. "/rules/" .. name) end
  list:close()
  return out
end

---@class project.Options
---@field now? string "2026-11-23T08:00Z"
---@field orders? integer 1
---@field warehouse? "DEL4"|"BER3" Amazon's labels, or an own carrier
---@field prepare? fun(order: sim.Order, place: integer) makes an order special before it is read

--- A host of the project in a folder that has read its orders; the rules have not answered yet.
---@param folder string
---@param options? project.Options
---@return dray.test.Host
function project.host(folder, options)
  options = options or {}
  local account = test.account(options.orders or 1)
  account.client_id = "amzn1.application-oa2-client.sim"
  account.warehouses = { account.warehouses[options.warehouse == "BER3" and 2 or 1] }
  local papers = os.tmpname()
  local host = test.host { accounts = { account }, now = options.now, disk = true,
    project = project_file(folder, papers), rules = rules_of(folder), sim = { share = QUIET } }
  host.papers = papers
  record(host)
  for i, order in ipairs(project.orders(host)) do
    if options.prepare then options.prepare(order, i) end
  end
  project.run(host, 'poll "orders"')
  return host
end

--- The end of a host, and of what its commands wrote.
---@param host dray.test.Host
function project.close(host)
  host:close()
  os.execute(("rm -f '%s' '%s'.*"):format(host.papers, host.papers))
end

--- What the project's commands added to a file, such as "printed-early".
---@param host dray.test.Host
---@param name string
---@return string? text nil when there is none
function project.paper(host, name)
  local file = io.open(host.papers .. "." .. name, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

--- Amazon's own records of the orders.
---@param host dray.test.Host
---@return sim.Order[]
function project.orders(host) return host.amazon.world.account_list[1].list end

--- Runs a script that must succeed.
---@param host dray.test.Host
---@param text string
function project.run(host, text)
  local result = host:run(text)
  assert(result.ok, result.error)
end

--- Gives an order one line for each of these quantities.
---@param order sim.Order
---@param quantities integer[]
function project.lines(order, quantities)
  local goods = require("sim.places").goods
  order.lines = {}
  for i, quantity in ipairs(quantities) do
    local good = goods[i]
    order.lines[i] = { line = i, sequence = tostring(i), asin = good.asin, sku = good.sku,
      title = good.title, quantity = quantity, cents = good.cents, grams = good.grams }
  end
end

--- Puts a file into a feed's folder and lets it be read.
---@param host dray.test.Host
---@param path string
---@param text string
function project.drop(host, path, text)
  assert(os.execute(("mkdir -p '%s/%s'"):format(host.folder, path:match("^(.*)/"))))
  host:write(path, text)
  host:advance("1m")
end

--- The newest effect of an order and a verb.
---@param host dray.test.Host
---@param order sim.Order
---@param verb string
---@return table?
function project.effect(host, order, verb)
  local found
  for _, effect in ipairs(host:effects()) do
    if effect.order == order.purchaseOrderNumber and effect.verb == verb then found = effect end
  end
  return found
end

--- The latest labels of an order.
---@param host dray.test.Host
---@param order sim.Order
---@return table[]
function project.labels(host, order)
  local out = {}
  for _, document in ipairs(host:documents()) do
    if document.order == order.purchaseOrderNumber and document.kind == "label"
      and document.latest then
      out[#out + 1] = document
    end
  end
  return out
end

--- How many effects of a verb are in each state.
---@param host dray.test.Host
---@param verb string
---@return table<string, integer>
function project.states(host, verb)
  local counts = {}
  for _, effect in ipairs(host:effects()) do
    if effect.verb == verb then counts[effect.state] = (counts[effect.state] or 0) + 1 end
  end
  return counts
end

--- dray's own state of an order.
---@param host dray.test.Host
---@param order sim.Order
---@return string?
function project.state(host, order)
  for _, row in ipairs(host:orders()) do
    if row.purchaseOrderNumber == order.purchaseOrderNumber then return row.state end
  end
end

return project
