-- Amazon's refusals: a status, a code, a message. Raised as tables, caught by the front door; so a
-- handler reads straight on when all is well.

local refusal = {}

---@class sim.Refusal
---@field status integer
---@field code string
---@field message string
---@field details string
---@field error_type? string x-amzn-ErrorType

local meta = { __tostring = function(r) return r.code .. ": " .. r.message .. " " .. r.details end }

--- Ends the request with an error of Amazon's form.
---@param status integer
---@param code string
---@param message string
---@param details? string
function refusal.raise(status, code, message, details)
  error(setmetatable({ status = status, code = code, message = message, details = details or "" },
    meta), 0)
end

--- 400: the request breaks its form.
---@param details string
function refusal.input(details)
  refusal.raise(400, "InvalidInput", "The request is not valid.", details)
end

--- 404.
---@param what string
function refusal.not_found(what)
  refusal.raise(404, "ResourceNotFound", "The requested resource doesn't exist.", what)
end

--- 403 of the gateway.
---@param details string
function refusal.denied(details)
  refusal.raise(403, "Unauthorized", "Access to requested resource is denied.", details)
end

--- 429.
---@type sim.Refusal
refusal.THROTTLED = setmetatable({
  status = 429,
  code = "QuotaExceeded",
  message = "You exceeded your quota for the requested resource.",
  details = "",
  error_type = "TooManyRequestsException",
}, meta)

function refusal.throttled()
  error(refusal.THROTTLED, 0)
end

---@param value any what pcall caught
---@return boolean
function refusal.is(value)
  return getmetatable(value) == meta
end

return refusal
