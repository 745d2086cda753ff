--- Labels that a script waits for in turn, a few at a time.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

describe("labels that are waited for a few at a time", function()
  it("are fetched one by one, for a list brings those again that are there", function()
    local account = test.account(60)
    account.warehouses = { account.warehouses[1] }
    local host = support.host { accounts = { account }, project = (test.project({ account }):gsub(
      'program = "vendor"', "batch = { labels = 1 }, %0")) }
    for what in pairs(host.amazon.world.settings.delays) do
      host.amazon.world.settings.delays[what] = { 0, 0 }
    end
    host.amazon.world.settings.delays.transaction = { 500, 500 } -- so that some are due together
    support.run(host, [[
      poll "orders"
      for o in orders {} do o:accept() end
      settle()
      local list = orders { state = "accepted" }
      for i = 1, 40 do list[i]:request_label() end
      settle()
    ]])
    local lists = host:ledger().operations.getShippingLabels.calls
    support.run(host, [[
      local function label(o)
        return o:request_label():wait()
      end
      for _, state in ipairs(parallel(orders { state = "accepted" }, label, { limit = 8 })) do
        assert(state == "succeeded", state)
      end
    ]])
    local calls = host:ledger().operations
    assert.are.equal(lists, calls.getShippingLabels.calls)
    assert.are.equal(20, calls.getShippingLabel.calls)
    host:close()
  end)
end)
