-- Writes: each element is judged, told to the ledger and, when it is right, applied; all of them
-- share one transaction, which does not say which of them was wrong.

local transactions = require("sim.transactions")

local submit = {}

---@class sim.Kind
---@field what string its name in the ledger
---@field list string member of the body
---@field word fun(element: table): string
---@field package? fun(element: table): string
---@field judge fun(world: sim.World, account: table, element: table): sim.Problem?, sim.Order?
---@field apply fun(world: sim.World, order: sim.Order, element: table)

local function tell(sim, call, kind, element, refused)
  sim.book:told({
    account = call.account.id,
    order = element.purchaseOrderNumber,
    what = kind.what,
    package = kind.package and kind.package(element),
    word = kind.word(element),
    refused = refused,
    duplicated = call.duplicated or false,
  })
end

-- With bulk = "all", one bad element spoils the others.
local function first_problem(sim, call, kind, elements)
  for _, element in ipairs(elements) do
    local problem = kind.judge(sim.world, call.account, element)
    if problem then
      return problem
    end
  end
end

--- Handles a write of one kind.
---@param sim sim.Amazon
---@param call sim.Call
---@param kind sim.Kind
---@return string id of the transaction
function submit.all(sim, call, kind)
  local elements = call.body[kind.list]
  local spoiled = sim.settings.bulk == "all" and first_problem(sim, call, kind, elements)
  local problems = {}
  for _, element in ipairs(elements) do
    local problem, order = kind.judge(sim.world, call.account, element)
    tell(sim, call, kind, element, problem or spoiled or nil)
    if problem then
      problems[#problems + 1] = problem
    elseif not spoiled then
      kind.apply(sim.world, order, element)
    end
  end
  if spoiled and #problems == 0 then
    problems[1] = spoiled
  end
  return transactions.open(sim.world, call.account.id, problems, call.fault)
end

return submit
