local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local test = require("dray.test")

local says = support.says

-- Purchase order numbers are unique within a vendor code only.
describe("two accounts with the same order numbers", function()
  local host, mine, theirs

  before_each(function()
    local first, second = test.account(2), test.account(2)
    second.id, second.refresh_token, second.selling_party = "other", "Atzr|other", "OTHR1"
    host = support.host({ accounts = { first, second }, sim = { same_numbers = true } })
    mine, theirs = support.order(host, "DEL4", "acme"), support.order(host, "DEL4", "other")
    assert.are.equal(mine.purchaseOrderNumber, theirs.purchaseOrderNumber)
  end)

  after_each(function()
    host:close()
  end)

  it("are two orders, each with its own fate", function()
    support.run(host, [[
      poll "orders"
      order("$PO", "acme"):accept()
      order("$PO", "other"):reject { code = "03" }
      settle()
    ]], mine)
    assert.are.equal("accepted", support.row(host, mine).state)
    assert.are.equal("rejected", support.row(host, theirs).state)
    assert.are.equal(1, support.told(host, mine, "acknowledgement").accepted)
    assert.are.equal(1, support.told(host, theirs, "acknowledgement").rejected)
  end)

  it("are told apart by whoever names one: without its account the number is not enough", function()
    local message = support.fails(host, "poll 'orders' order('$PO'):accept()", mine)
    assert.is_true(says(message, "acme"), message)
    assert.is_true(says(message, "other"), message)
    assert.are.equal(0, #host:effects())
  end)

  it("keep their documents apart", function()
    support.run(host, [[
      poll "orders"
      for o in orders { warehouse = "DEL4" } do o:accept() o:request_label() o:confirm() end
      settle()
    ]])
    local labels = {}
    for _, document in ipairs(host:documents()) do
      if document.kind == "label" then
        labels[document.account] = document
      end
    end
    assert.are_not.equal(labels.acme.trackingNumber, labels.other.trackingNumber)
    assert.are.equal("shipped", support.row(host, mine).state)
    assert.are.equal("shipped", support.row(host, theirs).state)
    for _, known in ipairs({ mine, theirs }) do
      assert.are.equal(known.label.packages[1].tracking, labels[known.account].trackingNumber)
      assert.are.equal(0, support.told(host, known, "confirmation").refused)
    end
  end)

  it("speak with their own vendor codes", function()
    support.run(host, "poll 'orders' for o in orders { warehouse = 'DEL4' } do o:accept() end "
      .. "settle()")
    local parties = {}
    for _, element in ipairs(support.received(host, mine, "submitAcknowledgement")) do
      parties[element.sellingParty.partyId] = true
    end
    assert.are.same({ ACME1 = true, OTHR1 = true }, parties)
  end)

  it("one of which Amazon refuses keep the other at work", function()
    host.amazon.world.accounts.other.options.refresh_token = "Atzr|revoked"
    support.run(host, [[
      local got, why = try(poll, "orders")
      assert(got == nil and tostring(why):find("account other", 1, true), tostring(why))
      assert(poll { "orders", account = "acme" } == 0)
      for o in orders { warehouse = "DEL4" } do o:accept() end
      settle()
    ]])
    assert.are.equal("accepted", support.row(host, mine).state)
    assert.is_nil(support.row(host, theirs))
  end)
end)
