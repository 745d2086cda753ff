local test = require("dray.test")

local LABEL = [[
poll "orders"
for order in orders { warehouse = "DEL4" } do
  order:accept()
  order:request_label()
  break
end
settle()
]]

local host

-- A host whose project exports to labels/.
local function begin(accounts)
  host = test.host {
    orders = 4,
    accounts = accounts,
    project = test.project(accounts or { test.account(4) }, "live") .. '\nexport "labels/"\n',
    disk = true,
  }
end

after_each(function() host:close() end)

-- The way of an exported label below the project, as its document names it.
local function exported(document, folder)
  return ("labels/%s%s-%s.%s"):format(folder or "", document.order, document.package,
    document.format:lower())
end

local function archived(document)
  return host:read("documents/" .. document.path)
end

local function second_account()
  local account = test.account(4)
  account.id, account.refresh_token, account.client_id = "other", "Atzr|other", "client-2"
  return account
end

describe("an exported label", function()
  it("is there when the script ends", function()
    begin()
    local result = host:run(LABEL)
    assert.is_true(result.ok, result.error)
    local label = host:documents()[1]
    assert.is_string(archived(label))
    assert.equal(archived(label), host:read(exported(label)))
  end)

  it("takes the place of the one that it replaces", function()
    begin()
    host:run(LABEL)
    local before = host:documents()[1]
    local result = host:run(([[
      local o = order("%s")
      o:request_label { again = true, why = "the box was changed" }
      settle()
    ]]):format(before.order))
    assert.is_true(result.ok, result.error)
    local latest
    for _, document in ipairs(host:documents()) do
      if document.latest then latest = document end
    end
    assert.not_equal(before.path, latest.path)
    assert.equal(archived(latest), host:read(exported(latest)))
  end)

  it("lies in the folder of its account, when there are several", function()
    begin { test.account(4), second_account() }
    local result = host:run((LABEL:gsub("warehouse =", 'account = "other", warehouse =')))
    assert.is_true(result.ok, result.error)
    local label = host:documents()[1]
    assert.equal("other", label.account)
    assert.equal(archived(label), host:read(exported(label, "other/")))
    assert.is_nil(host:read(exported(label)))
  end)

  it("is not written again by the next start", function()
    begin()
    host:run(LABEL)
    local name = exported(host:documents()[1])
    assert(os.remove(host.folder .. "/" .. name))
    host:restart()
    host:run('poll "orders"')
    assert.is_nil(host:read(name))
  end)
end)
