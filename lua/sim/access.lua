-- Who may do what: Login with Amazon, restricted data tokens, roles. Tokens are opaque; they begin
-- as Amazon's do.

local check = require("sim.check")
local query = require("sim.query")
local random = require("sim.random")
local refusal = require("sim.refusal")
local routes = require("sim.routes")

---@class sim.Access
local access = {}
access.__index = access

-- Restricted paths of other API versions that a client may ask for in the same call.
local ALSO = { ["POST /vendor/directFulfillment/shipping/2021-12-28/shippingLabels/"] = true }

---@param settings table
---@param world sim.World
---@param json sim.Json
---@return sim.Access
function access.new(settings, world, json)
  return setmetatable({
    settings = settings,
    world = world,
    json = json,
    chance = random.new(settings.seed, "tokens"),
    tokens = {},
  }, access)
end

local function issue(self, prefix, account, now, resources)
  local token = prefix .. self.chance:letters(180)
  self.tokens[token] = {
    account = account,
    expires_ms = now + self.settings.token_life_ms,
    resources = resources,
  }
  return token
end

local function lwa_error(status, name, description)
  return status, { error = name, error_description = description }
end

local function find_account(self, refresh_token)
  for _, account in ipairs(self.world.account_list) do
    if account.options.refresh_token == refresh_token then
      return account
    end
  end
end

local function known_client(self, id, secret)
  for _, account in ipairs(self.world.account_list) do
    if account.options.client_id == id and account.options.client_secret == secret then
      return true
    end
  end
  return false
end

local function fields_of(self, request)
  local kind = request.headers["content-type"] or ""
  if kind:find("^application/json") then
    local body = self.json:decode(request.body or "")
    return type(body) == "table" and body or {}
  end
  return kind:find("^application/x%-www%-form%-urlencoded") and query.form(request.body or "")
    or nil
end

--- Login with Amazon: a refresh token becomes an access token.
---@param request sim.Request
---@param now integer
---@return integer status, table body
function access:login(request, now)
  local fields = fields_of(self, request)
  if not fields then
    return lwa_error(400, "invalid_request", "The Content-Type is not supported.")
  elseif fields.grant_type ~= "refresh_token" then
    return lwa_error(400, "unsupported_grant_type", "The grant type is not supported.")
  elseif not fields.refresh_token or not fields.client_id or not fields.client_secret then
    return lwa_error(400, "invalid_request", "The request is missing a required parameter.")
  elseif not known_client(self, fields.client_id, fields.client_secret) then
    return lwa_error(401, "invalid_client", "Client authentication failed.")
  end
  local account = find_account(self, fields.refresh_token)
  if not account or account.options.client_id ~= fields.client_id then
    return lwa_error(400, "invalid_grant",
      "The request has an invalid grant parameter: refresh_token.")
  end
  return 200, {
    access_token = issue(self, "Atza|", account, now),
    refresh_token = fields.refresh_token,
    token_type = "bearer",
    expires_in = self.settings.token_life_ms // 1000,
  }
end

local function lacks_role(account, name)
  for _, missing in ipairs(account.options.missing_roles or {}) do
    if missing == name then
      return true
    end
  end
  return false
end

local ROLE = "Application does not have access to one or more requested data elements."

local function check_resource(account, resource)
  if resource.dataElements then
    refusal.input("dataElements are not allowed for " .. resource.path)
  end
  local operation = routes.find(resource.method, resource.path)
  local folder = resource.path:match("^(.*/)[^/]+$")
  if operation and operation.restricted then
    if lacks_role(account, operation.name) then
      refusal.denied(ROLE)
    end
  elseif not ALSO[resource.method .. " " .. (folder or "")] then
    refusal.input("the resource is not restricted: " .. resource.path)
  end
end

--- createRestrictedDataToken.
---@param call sim.Call
---@return table body
function access:restrict(call)
  local problem = check.body("createRestrictedDataToken", call.body)
  if problem then
    refusal.input(problem)
  elseif call.account.options.restricted == "refused" then
    refusal.denied(ROLE)
  end
  local resources = {}
  for _, resource in ipairs(call.body.restrictedResources) do
    check_resource(call.account, resource)
    resources[resource.method .. " " .. resource.path] = true
  end
  return {
    restrictedDataToken = issue(self, "Atz.sprdt|", call.account, call.now, resources),
    expiresIn = self.settings.token_life_ms // 1000,
  }
end

--- Makes a token expire before its time (fault "expired").
---@param token? string
function access:expire(token)
  local entry = self.tokens[token or ""]
  if entry then
    entry.expires_ms = 0
  end
end

local function covers(entry, operation, path)
  return entry.resources[operation.method .. " " .. operation.path]
    or entry.resources[operation.method .. " " .. path]
end

local function check_kind(entry, operation, path)
  if not entry.resources then
    if operation.restricted and entry.account.options.restricted ~= "either"
      and entry.account.options.restricted ~= "refused" then
      refusal.denied("A restricted data token is required for the requested resource.")
    end
  elseif not operation.restricted or not covers(entry, operation, path) then
    refusal.denied("The restricted data token does not cover the requested resource.")
  end
end

--- The account that a request's token speaks for; refuses what Amazon refuses.
---@param token? string
---@param operation sim.Operation
---@param path string
---@param now integer
---@return table account
function access:admit(token, operation, path, now)
  if not token or token == "" then
    refusal.denied("Access token is missing in the request header.")
  end
  local entry = self.tokens[token]
  if not entry then
    refusal.denied("The access token you provided is revoked, malformed or invalid.")
  elseif entry.expires_ms <= now then
    refusal.denied("The access token you provided has expired.")
  end
  if lacks_role(entry.account, operation.name) then
    refusal.denied(ROLE)
  end
  check_kind(entry, operation, path)
  return entry.account
end

return access
