-- Transactions: every write gets one, it says Processing for a while, then what became of it. Its
-- errors do not say which order they are about, as Amazon's do not.

local instant = require("sim.instant")

local transactions = {}

---@class sim.Problem
---@field code string
---@field message string
---@field details string

-- What somebody reads who is told a lie (fault "false_failure").
local LIE = {
  code = "INTERNAL_SERVER_ERROR",
  message = "An internal error occurred while processing the request.",
  details = "Please try again.",
}

--- Opens one and says its id.
---@param world sim.World
---@param account string
---@param problems sim.Problem[]
---@param fault? string "stuck" or "false_failure"
---@return string id
function transactions.open(world, account, problems, fault)
  local id = instant.stamp(world.now) .. "-" .. world.chance:uuid()
  local t = { id = id, account = account, status = "Processing" }
  world.transactions[id] = t
  if fault == "stuck" then
    return id
  end
  local errors = fault == "false_failure" and { LIE } or problems
  world:after("transaction", function()
    t.status = #errors > 0 and "Failure" or world.settings.success and "Success" or "Processing"
    t.errors = errors
  end)
  return id
end

--- One that belongs to the account.
---@param world sim.World
---@param account string
---@param id string
---@return table?
function transactions.find(world, account, id)
  local t = world.transactions[id]
  return t and t.account == account and t or nil
end

--- As Amazon shows it.
---@param t table
---@return table
function transactions.status(t)
  return {
    transactionStatus = {
      transactionId = t.id,
      status = t.status,
      errors = t.status == "Failure" and t.errors or nil,
    },
  }
end

return transactions
