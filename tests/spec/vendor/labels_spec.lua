local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")

local says = support.says

local DAY = 24 * 3600 * 1000

local host, order

local function begin(options)
  if host then
    host:close()
  end
  host = support.host(options)
  order = support.order(host)
end

before_each(function() begin() end)

local function sent()
  return support.received(host, order, "submitShippingLabelRequest")
end

local function label()
  return support.effect(host, order, "request_label")
end

local LABELLED = "poll 'orders' local o = order('$PO') o:accept() o:request_label() settle()"

-- "Labels can be requested only after the acknowledgement was confirmed, on the day that the order
-- is due to ship. They can be read for 90 days."
describe("a label is asked for", function()
  it("not before Amazon has proved the acknowledgement", function()
    support.run(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      local e = o:request_label()
      assert(e.state == "waiting" and e.why == "waits for the proved acceptance", e.why)
      sleep "30s"
      assert(e.state == "waiting" and o.state == "accepting")
      settle()
      assert(e.state == "succeeded")
    ]], order)
    assert.are.equal(1, #sent())
    assert.are.equal(0, support.told(host, order, "label").refused)
  end)

  it("not at all for an order that nobody accepts, and no script waits for that for ever",
    function()
    local before = host:now()
    support.run(host, "poll 'orders' order('$PO'):request_label() settle()", order)
    assert.is_true(host:now() - before < DAY)
    assert.are.equal("waiting", label().state)
    assert.are.equal(0, #sent())
  end)

  it("on the day the order is due to ship, not before: explain says what it waits for", function()
    order.required_ship_ms = order.required_ship_ms + 2 * DAY
    local asked_ms
    local apply = require("sim.labels").apply
    finally(function() require("sim.labels").apply = apply end)
    require("sim.labels").apply = function(world, ...)
      asked_ms = world.now
      return apply(world, ...)
    end
    support.run(host, LABELLED, order)
    assert.is_true(says(support.story(host, order),
      "waits for the ship day, 2026-11-25 in Asia/Kolkata"))
    local begin_ms = order.required_ship_ms + 1000 - DAY
    assert.is_true(asked_ms >= begin_ms and asked_ms < begin_ms + 60000, asked_ms - begin_ms)
    assert.are.equal(0, support.told(host, order, "label").refused)
  end)

  it("never when the ship day is 90 days past: nothing is planned, and the reason is told",
    function()
    order.required_ship_ms = order.required_ship_ms - 92 * DAY
    support.run(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      local e, why = o:request_label()
      assert(e == nil and why:find("90 days past", 1, true), why)
    ]], order)
    assert.is_nil(label())
    assert.are.equal(0, #sent())
  end)

  it("never for a warehouse with its own carrier, whose labels Amazon does not make", function()
    order = support.order(host, "BER3")
    local message = support.fails(host, LABELLED, order)
    assert.is_true(says(message, "ships with its own carrier"), message)
    assert.are.equal(0, #host:effects())
  end)

  it("no more once the order is shipped", function()
    support.run(host, LABELLED .. " o:confirm() settle()", order)
    support.run(host, [[
      local e, why = order("$PO"):request_label { again = true, why = "the printer ate it" }
      assert(e == nil and why == "the order is shipped", why)
    ]], order)
    assert.are.equal(1, #sent())
  end)

  it("once, however often a script says it", function()
    support.run(host, LABELLED .. " assert(o:request_label().state == 'succeeded')", order)
    support.run(host, "order('$PO'):request_label()", order)
    assert.are.equal(1, #sent())
    assert.are.equal(1, #support.effects(host, order, "request_label"))
  end)
end)

-- "Before the confirmation a label may be requested again. Amazon may choose another ship method;
-- the confirmation must carry the last one, or a chargeback follows."
describe("a label that is asked for again", function()
  before_each(function()
    begin({ share = { flip = 1 } })
    support.run(host, LABELLED, order)
  end)

  local function again()
    support.run(host, "order('$PO'):request_label { again = true, why = 'torn' } settle()", order)
  end

  it("is a new revision of the same wish, and replaces the first one", function()
    local first = support.latest(host, order)[1]
    again()
    local all = support.effects(host, order, "request_label")
    assert.are.equal(2, #all)
    assert.are.same({ 0, 1 }, { all[1].revision, all[2].revision })
    local latest = support.latest(host, order)
    assert.are.equal(1, #latest)
    assert.are_not.equal(first.trackingNumber, latest[1].trackingNumber)
    assert.is_true(says(support.story(host, order), "label.replaced"))
  end)

  it("while the first request is still open is no second one", function()
    begin()
    support.run(host, [[
      poll "orders"
      local o = order("$PO")
      o:accept()
      local e = o:request_label()
      assert(o:request_label { again = true, why = "impatience" }.id == e.id)
      settle()
    ]], order)
    assert.are.equal(1, #sent())
  end)

  it("flips the ship method: the confirmation echoes the latest label byte for byte", function()
    local first = support.latest(host, order)[1]
    again()
    local latest = support.latest(host, order)[1]
    assert.are_not.equal(first.shipMethod, latest.shipMethod)
    support.run(host, "order('$PO'):confirm() settle()", order)
    local box = support.received(host, order, "submitShipmentConfirmations")[1].containers[1]
    assert.are.equal(latest.shipMethod, box.shipMethod)
    assert.are.equal(latest.trackingNumber, box.trackingNumber)
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("makes a confirmation wait that was asked for meanwhile", function()
    support.run(host, [[
      local o = order("$PO")
      o:request_label { again = true, why = "torn" }
      local e = o:confirm()
      assert(e.state == "waiting" and e.why == "waits for the latest label", e.why)
      settle()
      assert(e.state == "succeeded", e.why)
    ]], order)
    assert.are.equal(0, support.told(host, order, "confirmation").refused)
  end)

  it("and comes back as it was, bytes and all, is proved in the end", function()
    begin({ share = { flip = 1 } })
    local first
    local make = getmetatable(host.amazon.papers).label
    function host.amazon.papers:label(of)
      first = first or make(self, of)
      return first
    end
    support.run(host, LABELLED, order)
    again()
    assert.are.equal("succeeded", label().state)
    assert.are.equal(1, label().revision)
    assert.are.equal(1, #support.latest(host, order))
  end)

  it("with fewer boxes leaves no label of the old ones behind", function()
    begin({ share = { flip = 1 } })
    support.lines(order, { 2 })
    order.packages = 2
    support.run(host, LABELLED, order)
    assert.are.equal(2, #support.latest(host, order))
    order.packages = 1
    again()
    assert.are.equal(1, #support.latest(host, order))
    support.run(host, "order('$PO'):confirm() settle()", order)
    assert.are.equal("shipped", support.row(host, order).state)
  end)
end)

-- "One order, one ShippingLabel, one entry of labelData for each package."
describe("the labels of an order with several boxes", function()
  before_each(function()
    support.lines(order, { 1, 1 })
    order.packages = 2
  end)

  it("are kept as one document for each package, with its own number", function()
    support.run(host, LABELLED, order)
    local labels = support.latest(host, order)
    assert.are.same({ "001", "002" }, { labels[1].package, labels[2].package })
    assert.are_not.equal(labels[1].trackingNumber, labels[2].trackingNumber)
    assert.are_not.equal(labels[1].path, labels[2].path)
  end)

  it("go to the boxes that bear their name", function()
    support.run(host, LABELLED, order)
    support.run(host, [[
      local function box(id, line)
        return { containerIdentifier = id, packedItems = { { itemSequenceNumber = line } } }
      end
      order("$PO"):confirm { containers = { box("002", 1), box("001", 2) } }
      settle()
    ]], order)
    local labels = support.latest(host, order)
    local boxes = support.received(host, order, "submitShipmentConfirmations")[1].containers
    assert.are.equal(labels[2].trackingNumber, boxes[1].trackingNumber)
    assert.are.equal(labels[1].trackingNumber, boxes[2].trackingNumber)
    assert.are.equal("shipped", support.row(host, order).state)
  end)

  it("with one tracking number for two packages make the confirmation ask a person", function()
    support.labels(host, function(element)
      for _, data in ipairs(element.labelData) do
        data.trackingNumber = "SAME1"
      end
    end)
    support.run(host, LABELLED .. [[
      local function box(id, line)
        return { containerIdentifier = id, packedItems = { { itemSequenceNumber = line } } }
      end
      local e = o:confirm { containers = { box("001", 1), box("002", 2) } }
      settle()
      assert(e.state == "held", e.state)
      assert(e.why:find("SAME1", 1, true), e.why)
    ]], order)
    assert.are.equal(0, support.told(host, order, "confirmation").told)
    assert.are.equal(2, #support.latest(host, order))
  end)
end)

describe("a label whose bytes are not what they should be", function()
  local content

  local function change(fn)
    support.labels(host, fn)
    support.run(host, LABELLED, order, "2h")
    content = support.latest(host, order)[1]
  end

  it("because nobody knows its format is kept, said, and counts as the label there is", function()
    change(function(element)
      element.labelFormat = "EPL9"
      element.labelData[1].content = require("sim.base64").encode(
        ("A40,40,0,4,1,1,N,\"D1\"\n"):rep(8))
    end)
    assert.are.equal("succeeded", label().state)
    assert.are.equal("EPL9", content.said)
    assert.is_true(says(content.flaw, "Amazon calls it EPL9"), content.flaw)
  end)

  it("because Amazon names another format is kept as what it is", function()
    change(function(element)
      element.labelFormat = element.labelFormat == "ZPL" and "PNG" or "ZPL"
    end)
    assert.are_not.equal(content.said, content.format)
    assert.is_true(says(content.flaw, "Amazon calls it " .. content.said), content.flaw)
  end)

  local broken = {
    ["because it is a placeholder"] = "string",
    ["because it is empty"] = "",
    ["because its base64 is broken"] = "XlhBXlha*",
    ["because it was cut short"] = "XlhBXlh",
  }
  for what, text in pairs(broken) do
    it(what .. " is told with the order's number, and asked for again with the next poll",
      function()
      local bad = true
      support.labels(host, function(element)
        if bad then
          element.labelData[1].content = text
        end
      end)
      local result = host:run(LABELLED:gsub("%$PO", order.purchaseOrderNumber), nil, "3h")
      assert.is_false(result.ok) -- it waits for a label that never comes
      assert.are.equal(0, #support.latest(host, order))
      assert.is_true(says(support.story(host, order), "document.broken"))
      bad = false
      support.run(host, "poll 'labels'")
      host:advance("2h")
      assert.are.equal(1, #support.latest(host, order))
      assert.are.equal("succeeded", label().state)
      assert.are.equal(1, #sent())
    end)
  end

  it("because Amazon answers with an empty object is neither there nor refused: it is asked again",
    function()
    local restore = support.answers({ getShippingLabel = "{}", getShippingLabels = "{}" }, finally)
    support.run(host, "poll 'orders' order('$PO'):accept() settle() order('$PO'):request_label()",
      order)
    host:advance("40m")
    assert.are.same({ "accepted", "assumed" }, { label().state, label().shown })
    local story = support.story(host, order)
    assert.is_true(says(story, "lookup.failed  account acme: getShippingLabel: "
      .. "Amazon answered 200, but with an empty object: there is nothing, or not yet"), story)
    restore()
    host:advance("2h")
    assert.are.equal("succeeded", label().state)
    assert.are.equal(1, #sent())
  end)

  it("does not spoil the page: the other orders' labels are taken", function()
    local extra = host:add_orders(2)
    local first
    support.labels(host, function(element)
      first = first or element.purchaseOrderNumber
      if element.purchaseOrderNumber == first then
        element.labelData[1].content = "not base64!"
      end
    end)
    host:run([[
      poll "orders"
      for o in orders { warehouse = "DEL4" } do o:accept() o:request_label() end
      settle()
    ]], nil, "3h")
    assert.are.equal(2, #extra)
    local kept = 0
    for _, document in ipairs(host:documents()) do
      kept = kept + (document.kind == "label" and 1 or 0)
    end
    assert.are.equal(1, kept)
  end)
end)

describe("a label that nobody asked for", function()
  it("of an order that dray does not know is passed over, and nothing else is lost", function()
    support.labels(host, function(element)
      if element.purchaseOrderNumber ~= order.purchaseOrderNumber then
        element.purchaseOrderNumber = "DUNKNOWN1"
      end
    end)
    host:add_orders(2)
    host:run([[
      poll "orders"
      for o in orders { warehouse = "DEL4" } do o:accept() o:request_label() end
      settle()
    ]], nil, "3h")
    assert.are.equal(1, #support.latest(host, order))
    assert.are.equal("succeeded", label().state)
  end)

  it("for one package more than there are boxes is kept, and the confirmation asks a person",
    function()
    support.labels(host, function(element)
      local one = element.labelData[1]
      element.labelData[2] = { packageIdentifier = "002", trackingNumber = "EXTRA2",
        shipMethod = one.shipMethod, content = one.content }
    end)
    support.run(host, LABELLED .. [[
      local e = o:confirm()
      settle()
      assert(e.state == "held" and e.why:find("which box holds what", 1, true), e.why)
    ]], order)
    assert.are.equal(2, #support.latest(host, order))
    assert.are.equal(0, support.told(host, order, "confirmation").told)
  end)

  it("because somebody asked for it in Vendor Central serves as well as our own", function()
    support.run(host, "poll 'orders' order('$PO'):accept() settle()", order)
    require("sim.labels").apply(host.amazon.world, order, {})
    host:advance("20m")
    support.run(host, "poll 'labels' order('$PO'):confirm() settle()", order)
    assert.are.equal(0, #sent())
    assert.are.equal("shipped", support.row(host, order).state)
  end)
end)
