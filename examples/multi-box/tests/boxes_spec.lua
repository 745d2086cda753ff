--- Two boxes for three lines: the second line is in both, each box holds two lines.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local project = dofile(here .. "../../project.lua")

local host, order

local function packed(box, weight, ...)
  host:event("packed", order.purchaseOrderNumber, { box = box,
    weight = { value = weight, unitOfMeasure = "KG" }, packedItems = { ... } })
end

local function picked_up(box) host:event("picked_up", order.purchaseOrderNumber, { box = box }) end

local function line(number, quantity) return { line = number, quantity = quantity } end

local function plan()
  host:event("boxed", order.purchaseOrderNumber,
    { cartons = { { line(1, 2), line(2, 1) }, { line(2, 1), line(3, 1) } } })
end

local function items(box)
  local out = {}
  for i, item in ipairs(box.packedItems) do
    out[i] = ("%dx%d"):format(item.itemSequenceNumber, item.packedQuantity.amount)
  end
  return box.containerIdentifier .. ": " .. table.concat(out, " ") .. ", " .. box.weight.value
end

before_each(function()
  host = project.host(here .. "..", { prepare = function(one)
    project.lines(one, { 2, 2, 1 })
    one.packages = 2
  end })
  order = project.orders(host)[1]
  host:work()
  host:advance "1h"
end)

after_each(function() project.close(host) end)

describe("an order in two boxes", function()
  before_each(function() host:advance "2h" end)

  it("has no label before its packing plan, and then one for each box", function()
    assert.is_nil(project.effect(host, order, "request_label"))
    plan()
    host:advance "2h"
    assert.are.equal("succeeded", project.effect(host, order, "request_label").state)
    assert.are.equal(2, #project.labels(host, order))
  end)

  it("is confirmed when both have left, and Amazon hears which box holds what", function()
    plan()
    host:advance "2h"
    packed("1", "2.5", line(1, 2), line(2, 1))
    picked_up "1"
    packed("2", "1.25", line(2, 1), line(3, 1))
    host:advance "2h"
    assert.is_nil(project.effect(host, order, "confirm"))
    picked_up "2"
    host:advance "2h"
    assert.are.equal("shipped", project.state(host, order))
    local boxes = host.confirmations[order.purchaseOrderNumber].containers
    assert.are.same({ "1: 1x2 2x1, 2.5", "2: 2x1 3x1, 1.25" }, { items(boxes[1]), items(boxes[2]) })
  end)

  it("is packed by a file with a row for each line of each box", function()
    host:feeds()
    plan()
    host:advance "2h"
    local po = order.purchaseOrderNumber
    assert(os.execute(("mkdir -p '%s/inbox/packing'"):format(host.folder)))
    host:write("inbox/packing/1.csv", ("order;box;line;units;kg\n%s;1;1;2;2.5\n%s;2;2;1;1.25\n"
      .. "%s;1;2;1;2.5\n%s;2;3;1;1.25\n"):format(po, po, po, po))
    picked_up "1"
    picked_up "2"
    host:advance "2h"
    local boxes = host.confirmations[po].containers
    assert.are.same({ "1: 1x2 2x1, 2.5", "2: 2x1 3x1, 1.25" }, { items(boxes[1]), items(boxes[2]) })
  end)

  it("is held when a unit is in no box, and goes on when the floor has corrected it", function()
    plan()
    host:advance "2h"
    packed("1", "2.5", line(1, 2), line(2, 1))
    packed("2", "1.25", line(3, 1))
    picked_up "1"
    picked_up "2"
    host:advance "2h"
    local confirm = project.effect(host, order, "confirm")
    assert.are.equal("held", confirm.state)
    assert.is_truthy(confirm.why:find("line 2: 1 packed", 1, true), confirm.why)
    packed("2", "1.25", line(2, 1), line(3, 1))
    host:advance "2h"
    assert.are.equal("shipped", project.state(host, order))
  end)
end)
