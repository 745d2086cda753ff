local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local cjson = require("cjson")
local support = dofile(here .. "support.lua")

-- Amazon's own model, where it is at hand; it is no part of this repository.
local FOLDER = os.getenv("DRAY_MODELS") or "../shared/models"
local file = io.open(FOLDER .. "/externalFulfillmentShipments_2024-09-11.json", "rb")
local definitions = file and cjson.decode(file:read("a")).definitions
if file then file:close() end

local host, shipment

-- What a field of the model holds in a body that is about the shipment, by its way from the type's
-- name; where nothing stands here its schema says enough.
local VALUES = {
  ["Package.id"] = "1", ["Packages.packages.id"] = "1",
  ["lineItem.id"] = "0", ["packageLineItems.packageLineItemId"] = "0",
  ["packageLineItems.quantity"] = 1, ["lineItem.quantity"] = 1, ["packageLineItems.pieces"] = 2,
  ["weight.value"] = "250", ["ShipLabelsInput.packageIds"] = "1",
}

local function value_at(path)
  for words, value in pairs(VALUES) do
    if path == words or path:sub(-#words - 1) == "." .. words then return value end
  end
end

local function resolve(schema)
  while schema["$ref"] do schema = definitions[schema["$ref"]:match("[^/]+$")] end
  return schema
end

-- A body with every field that the schema knows; counts them.
local function whole(schema, path, seen)
  schema = resolve(schema)
  local value = value_at(path)
  if schema.type == "array" then
    return { whole(schema.items, path, seen) }
  elseif schema.properties then
    local out = {}
    for name, member in pairs(schema.properties) do
      out[name] = whole(member, path .. "." .. name, seen)
    end
    return out
  end
  seen[#seen + 1] = path
  if value ~= nil or schema.enum then
    return value ~= nil and value or schema.enum[1]
  end
  return schema.type == "integer" and 1 or path:find("alue$") and "12.5" or "X1"
end

local function example(name)
  local seen = {}
  return whole(definitions[name], name, seen), #seen
end

-- Every request that Amazon gets from now on: "METHOD rest?query" and its body.
local function listen()
  local heard, amazon = {}, host.amazon
  local handle = amazon.handle
  function amazon:handle(request)
    if request.method ~= "GET" and request.path:find("/shipments/", 1, true) then
      local text = request.body or ""
      heard[#heard + 1] = { body = text ~= "" and cjson.decode(text) or nil,
        line = request.method .. " " .. request.path:match("/shipments/[^/]+(.*)$") .. "?"
          .. (request.query or "") }
    end
    return handle(self, request)
  end
  return heard
end

local function begin(where)
  if host then host:close() end
  host, shipment = support.begin(where or "self", { prepare = function(it)
    it.lines[1].quantity, it.lines[1].pieces = 1, 2
    it.lines[1].needs = { serial = true, hazmat = true, origin = true, value = true }
  end })
  return listen()
end

-- Runs a script in which `fields` is the body.
local function run(body, text)
  host:write("fields.json", cjson.encode(body))
  support.run(host, 'local fields = read_json "fields.json" ' .. text, shipment)
end

local PACK = "s:confirm() s:create_packages { packages = $PACKAGES } settle() "

-- "A verb takes every field of its request's type under Amazon's name."
describe("every field of Amazon's model", function()
  if not definitions then
    pending("is compared where Amazon's models are at hand")
    return
  end

  it("of an acknowledgement goes out with a confirmation and a rejection", function()
    local body, count = example("ShipmentAcknowledgementRequest")
    assert.are.equal(4, count)
    for verb, operation in pairs({ confirm = "CONFIRM", reject = "REJECT" }) do
      local heard = begin()
      run(body, ('assert(s:%s(fields):wait() == "succeeded")'):format(verb))
      assert.are.same({ line = "POST ?operation=" .. operation, body = body }, heard[1])
    end
  end)

  it("of a package goes out when it is made, and proves it", function()
    local body, count = example("Packages")
    assert.is_true(count >= 19, count)
    local heard = begin()
    run(body, 's:confirm() assert(s:create_packages(fields):wait() == "succeeded")')
    assert.are.same({ line = "POST /packages?", body = body }, heard[2])
  end)

  it("of a package goes out when it is changed, and proves it", function()
    local heard = begin()
    run({}, PACK)
    local body = example("Package")
    run(body, 'assert(s:update_package(fields):wait() == "succeeded")')
    assert.are.same({ line = "PUT /packages/1?", body = body }, heard[3])
  end)

  it("of a label's request goes out, and the option with it", function()
    local heard = begin("courier")
    run({}, PACK)
    local body = example("ShipLabelsInput")
    body.operation, body.shippingOptionId = "GENERATE", nil
    run(body, 's:shipping_options "1":wait() '
      .. 'assert(s:generate_labels(fields):wait() == "succeeded")')
    body.operation = nil
    local last = heard[#heard]
    assert.are.same(body, last.body)
    assert.is_truthy(last.line:find("^PUT /shipLabels%?.*operation=GENERATE"), last.line)
  end)

  it("of a delivery's status goes out", function()
    local body = example("PackageDeliveryStatus")
    body.status, body.subStatus = "DELIVERED", "DELIVERED"
    local heard = begin()
    run({}, "assert(s:process { packages = $PACKAGES })")
    run(body, 'assert(s:delivery("1", fields):wait() == "succeeded")')
    assert.are.same({ line = "PATCH /packages/1?", body = body }, heard[#heard])
    local shipped = begin()
    run({}, "assert(s:process { packages = $PACKAGES, ship = false })")
    run({ reason = "handed over" }, 'assert(s:mark_shipped("1", fields):wait() == "succeeded")')
    assert.are.same({ line = "PATCH /packages/1?",
      body = { status = "SHIPPED", reason = "handed over" } }, shipped[#shipped])
  end)
end)
