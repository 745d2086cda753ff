-- Amazon as a function from request to response, over a world with a clock. The same handlers serve
-- `dray sim` on loopback and, in the same process, tests on a virtual clock.

local access = require("sim.access")
local bucket = require("sim.bucket")
local check = require("sim.check")
local control = require("sim.control")
local external = require("sim.external")
local faults = require("sim.faults")
local json = require("sim.json")
local label_files = require("sim.label_files")
local ledger = require("sim.ledger")
local outside = require("sim.outside")
local papers = require("sim.papers")
local query = require("sim.query")
local random = require("sim.random")
local refusal = require("sim.refusal")
local routes = require("sim.routes")
local settings = require("sim.settings")
local submit = require("sim.submit")
local world = require("sim.world")

---@class sim.Request
---@field method string
---@field path string decoded, without the query
---@field query string as sent, "" when none
---@field headers table<string, string> lower-case names
---@field body? string

---@class sim.Response
---@field status integer
---@field headers table<string, string>
---@field body string
---@field trouble? "hang_up_before"|"hang_up_after"|"cut_short"
---@field delay_ms integer how late the answer comes

---@class sim.Call one call of one operation, let in
---@field operation sim.Operation
---@field id? string
---@field ids? { shipment: string?, package: string? }
---@field host string where the request was sent to
---@field account table
---@field now integer
---@field params table<string, string>
---@field body? table
---@field fault? string
---@field duplicated? boolean

---@class sim.Amazon
local amazon = {}
amazon.__index = amazon

local BODY_MAX = 1 << 20

--- A new Amazon.
---@param options sim.Options
---@return sim.Amazon
function amazon.new(options)
  local s = settings.fill(options)
  local self = setmetatable({
    settings = s,
    json = json.new(s.cjson),
    world = world.new(s),
    book = ledger.new(),
    buckets = bucket.new(s),
    faults = faults.new(s.seed, s.faults),
    chance = random.new(s.seed, "replies"),
  }, amazon)
  self.access = access.new(s, self.world, self.json)
  self.papers = papers.new(s.documents, self.json)
  self.files = label_files.new(s)
  self.outside = outside.new(self)
  self.world:begin(self.outside)
  return self
end

local function check_agent(headers)
  local agent = headers["user-agent"]
  if not agent or agent == "" then
    refusal.input("the user-agent header is missing")
  elseif #agent > 500 then
    refusal.input("the user-agent header is longer than 500 characters")
  end
end

-- A GET has no body; whoever sends one, or announces one, gets a 400.
local function check_no_body(request)
  if (request.body or "") ~= "" or request.headers["content-length"] then
    refusal.input("a GET request must not have a body")
  end
end

local function read_body(self, request, operation)
  local kind = request.headers["content-type"] or ""
  if not kind:lower():find("^application/json") then
    refusal.raise(415, "UnsupportedMediaType", "The content type is not supported.", kind)
  elseif #(request.body or "") > BODY_MAX then
    refusal.raise(413, "RequestTooLarge", "The request is larger than allowed.")
  end
  local body = self.json:decode(request.body or "")
  if body == nil then
    refusal.input("the body is no JSON")
  end
  local problem = check.body(operation.name, body)
  if problem then
    refusal.input(problem)
  end
  return body
end

-- What Amazon wants where it wants a body; else there must be none.
local function body_of(self, request, operation)
  local empty = (request.body or "") == ""
  if operation.external and empty and operation.body ~= "required" then
    return nil
  elseif operation.external and not operation.body then
    refusal.input("the operation has no body")
  end
  return operation.method ~= "GET" and read_body(self, request, operation) or nil
end

local OTHER_PROGRAM = "Application does not have access to one or more requested data elements."

-- A vendor's account does not reach a seller's operations, nor the other way round.
local function check_program(account, operation)
  local seller = account.options.program == "external"
  local of_vendor = operation.path:find("^/vendor/") ~= nil
  if operation.external and not seller or of_vendor and seller then
    refusal.denied(OTHER_PROGRAM)
  end
end

local function let_in(self, request, operation, way)
  local now = self.world.now
  local token = request.headers["x-amz-access-token"]
  local account = self.access:admit(token, operation, request.path, now)
  check_program(account, operation)
  if not way.duplicated and not self.buckets:take(account.id, operation, now) then
    refusal.throttled()
  end
  check_agent(request.headers)
  if operation.method == "GET" then
    check_no_body(request)
  end
  local of_order = operation.path:find("{purchaseOrderNumber}", 1, true)
  if of_order and way.id:find("[^a-zA-Z0-9]") then
    refusal.input("purchaseOrderNumber must consist of letters and digits")
  end
  return {
    operation = operation,
    id = way.id,
    ids = way.ids,
    host = request.headers.host or "127.0.0.1:8484",
    account = account,
    now = now,
    params = query.parse(request.query or ""),
    body = body_of(self, request, operation),
    fault = way.fault and way.fault.kind,
    duplicated = way.duplicated,
  }
end

local function wrapped(self, operation, text)
  if self.settings.payload == "guide" and operation.bare then
    return text
  end
  return '{"payload":' .. text .. "}"
end

-- Serves a request that is well and allowed; raises a refusal otherwise.
local function serve(self, request, operation, way)
  if operation.serve then
    return operation.serve(self, request, way)
  end
  local call = let_in(self, request, operation, way)
  if operation.external then
    external.befall(self, call.account, way)
    return external.serve(self, call)
  end
  if operation.read then
    return operation.status, wrapped(self, operation, operation.read(self, call))
  end
  query.only(call.params, {})
  if operation.name == "createRestrictedDataToken" then
    return operation.status, self.json:encode(self.access:restrict(call))
  end
  local id = submit.all(self, call, operation.kind)
  return operation.status, wrapped(self, operation, self.json:encode({ transactionId = id }))
end

local SAYS_RATE = { [200] = true, [202] = true, [204] = true, [400] = true, [404] = true }

local function reply(self, operation, status, body, error_type)
  local headers = {
    ["Content-Type"] = "application/json",
    ["x-amzn-RequestId"] = self.chance:uuid(),
    ["x-amzn-ErrorType"] = error_type,
  }
  if SAYS_RATE[status] and operation and not operation.open then
    headers["x-amzn-RateLimit-Limit"] = ("%.1f"):format((self.buckets:plan(operation)))
  end
  return { status = status, headers = headers, body = body, delay_ms = 0 }
end

local function refuse(self, operation, why)
  local body = { errors = { { code = why.code, message = why.message, details = why.details } } }
  return reply(self, operation, why.status, self.json:encode(body), why.error_type)
end

local function caught(why)
  return refusal.is(why) and why or debug.traceback(tostring(why), 2)
end

-- Handles the request once and enters into the ledger how it was answered.
local function process(self, request, operation, way)
  local ok, status, body, headers = xpcall(serve, caught, self, request, operation, way)
  local response
  if ok then
    response = reply(self, operation, status, body)
    response.headers = headers or response.headers
  elseif refusal.is(status) then
    response = refuse(self, operation, status)
  else
    error(status, 0)
  end
  self.book:answered(operation.name, response.status)
  return response
end

local HTML = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n"
  .. "<body><center><h1>503 Service Temporarily Unavailable</h1></center></body>\r\n</html>\r\n"

local answers = {}

answers["429"] = function(self, operation)
  return refuse(self, operation, refusal.THROTTLED)
end

answers["500"] = function(self, operation)
  return refuse(self, operation, { status = 500, code = "InternalFailure", details = "",
    message = "We encountered an internal error. Please try again." })
end

answers["503"] = function(self, operation)
  return refuse(self, operation, { status = 503, code = "ServiceUnavailable", details = "",
    message = "Service is temporarily unavailable." })
end

answers.busy = function(self, operation)
  return refuse(self, operation, { status = 409, code = "ServerBusy", details = "",
    message = "A workflow is running; the request is ignored." })
end

answers.unprocessable = function(self, operation)
  return refuse(self, operation, { status = 422, code = "UnprocessableEntity", details = "",
    message = "Unable to process the contained instructions." })
end

answers.html = function(self, operation)
  local response = reply(self, operation, 503, HTML)
  response.headers["Content-Type"] = "text/html"
  return response
end

-- What becomes of an answer on its way back.
local ways_back = {}

function ways_back.lost_after(_, response)
  response.trouble = "hang_up_after"
end

function ways_back.cut_short(_, response)
  response.trouble = "cut_short"
end

function ways_back.garbage(_, response)
  response.body = "\0\1{\"payload\":\xff" .. response.body:sub(1, 40)
end

function ways_back.late(self, response, fault)
  response.delay_ms = math.tointeger(fault.delay_ms) or self.settings.late_ms
end

-- A request whose fate is a fault.
local function play(self, request, operation, way)
  local fault = way.fault
  local instead = answers[fault.kind]
  if instead then
    if fault.applied and fault.kind ~= "429" then
      process(self, request, operation, way)
    end
    local response = instead(self, operation)
    self.book:answered(operation.name, response.status)
    return response
  end
  if fault.kind == "expired" then
    self.access:expire(request.headers["x-amz-access-token"])
  end
  local response = process(self, request, operation, way)
  if fault.kind == "duplicated" then
    response = process(self, request, operation, { id = way.id, ids = way.ids,
      duplicated = true })
  end
  if ways_back[fault.kind] then
    ways_back[fault.kind](self, response, fault)
  end
  return response
end

--- Answers one request.
---@param request sim.Request
---@return sim.Response
function amazon:handle(request)
  local now = self.world:settle()
  if request.path:find("^/sim/") then
    return control.handle(self, request)
  end
  local operation, id, ids = routes.find(request.method, request.path)
  if not operation then
    return refuse(self, nil, { status = 403, code = "MissingAuthenticationToken",
      message = "Missing Authentication Token", details = "" })
  end
  local fault = self.faults:pick(operation, request.headers["x-sim-fault"])
  if fault then
    self.book:fault(operation.name)
    if fault.kind == "lost_before" then
      return { status = 0, headers = {}, body = "", trouble = "hang_up_before", delay_ms = 0 }
    end
  end
  self.book:call(operation.name, now)
  local way = { id = id, ids = ids, fault = fault }
  return fault and play(self, request, operation, way) or process(self, request, operation, way)
end

--- What was told so far; see sim.ledger.
---@return { operations: table, accounts: table, totals: table, files: table }
function amazon:ledger()
  local report = self.book:report()
  report.files = self.files.counts
  return report
end

--- The counts of one business key.
---@param account string
---@param order string
---@param what string one of ledger.kinds
---@param package? string
---@return sim.Count
function amazon:told(account, order, what, package)
  return self.book:of(account, order, what, package)
end

--- A shipment as it is now, of whichever account has one with that id, or of the one named.
---@param id string
---@param account? string
---@return sim.Shipment?
function amazon:shipment(id, account)
  self.world:settle()
  for _, a in ipairs(self.world.account_list) do
    if a.shipments[id] and (not account or a.id == account) then
      return a.shipments[id]
    end
  end
end

--- An order of the first account, or of the one named, as it is now.
---@param number string
---@param account? string
---@return sim.Order?
function amazon:order(number, account)
  self.world:settle()
  local a = self.world.account_list[1]
  if account then
    a = self.world.accounts[account]
  end
  return a and a.orders[number]
end

return amazon
