local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "external_support.lua")

describe("a seller's call is refused", function()
  local client

  local function ready(where, options, ...)
    client = support.client(where, options)
    client:go(...)
  end

  local function assert_refused(status, code, got, reply)
    assert.are.equal(status, got)
    assert.are.equal(code, reply.errors[1].code)
    return reply.errors[1].details
  end

  it("while a workflow of the shipment is running", function()
    client = support.client("easy")
    client:confirm()
    assert_refused(409, "DuplicateRequest", client:confirm())
    assert_refused(409, "ServerBusy", client:pack())
    client:wait(5)
    assert_refused(409, "DuplicateRequest", client:confirm())
    assert.are.equal(204, (client:pack()))
  end)

  it("before the shipment may be processed", function()
    client = support.client("easy", { share = { early = 1 }, age_ms = { 0, 0 } })
    assert.is_string(client:look().earliestPackDateTime)
    assert_refused(422, "UnprocessableEntity", client:confirm())
    client:wait(90 * 60)
    assert.are.equal(204, (client:confirm()))
  end)

  it("out of its turn", function()
    client = support.client("easy")
    assert.are.equal(422, (client:pack()))
    assert.are.equal(404, (client:options()))
    assert.are.equal(422, (client:invoice()))
    assert.are.equal(422, (client:label()))
    assert.are.equal(404, (client:ship()))
    client:go("confirm", "pack")
    assert.are.equal(409, (client:pack()))
    assert.are.equal(422, (client:invoice()))
    assert.are.equal(422, (client:label()))
    assert.are.equal(422, (client:ship()))
    client:go("options")
    assert.are.equal("the invoice is missing", assert_refused(422, "UnprocessableEntity",
      client:label()))
    client:go("invoice")
    assert.are.equal(409, (client:invoice()))
  end)

  it("when a package does not fit its shipment", function()
    ready("easy", { seed = 2, share = { several_lines = 1 } }, "confirm")
    local function refuses(status, change)
      local packages = client:packages()
      change(packages[1], packages)
      local got, reply = client:about("POST", "/packages", "", { packages = packages })
      assert.are.equal(status, got)
      return reply.errors[1].details
    end
    assert.are.equal("package 1: weight must be at least 5 G", refuses(400, function(package)
      package.weight = { value = "0.17", weightUnit = "OZ" }
    end))
    assert.are.equal("package id 1 is used twice", refuses(400, function(package, packages)
      packages[2] = package
    end))
    refuses(400, function(package) package.dimensions.height.value = "0" end)
    refuses(400, function(package) package.packageLineItems[1].quantity = 0 end)
    refuses(400, function(package) package.dimensions.height.dimensionUnit = "MM" end)
    refuses(400, function(package) package.weight = nil end)
    refuses(422, function(package) package.packageLineItems[1].packageLineItemId = "77" end)
    refuses(422, function(package) table.remove(package.packageLineItems) end)
    refuses(422, function(package)
      package.packageLineItems[1].quantity = package.packageLineItems[1].quantity + 1
    end)
    assert.are.equal("serialNumbers of line item 0 is DISALLOWED", refuses(422, function(package)
      package.packageLineItems[1].serialNumbers = { "S1" }
    end))
    assert.are.equal(204, (client:pack()))
  end)

  it("when something that must be sent with a package is missing", function()
    ready("easy", { share = { serials = 1, hazmat = 1, origin = 1, value = 1, pieces = 1 } },
      "confirm")
    for _, field in ipairs({ "serialNumbers", "countryOfOrigin", "itemValue", "pieces" }) do
      local packages = client:packages()
      packages[1].packageLineItems[1][field] = nil
      assert.are.equal(422, (client:about("POST", "/packages", "", { packages = packages })), field)
    end
    local packages = client:packages()
    packages[1].hazmatLabels = nil
    assert.are.equal(422, (client:about("POST", "/packages", "", { packages = packages })))
    client:go("pack")
    assert.are.equal("REQUIRED", client:look().lineItems[1].complianceAttributes
      .serialNumberRequirement)
  end)

  it("when the shipment may not be rejected any more, or only in part", function()
    ready("easy", { share = { several_lines = 1 }, seed = 2 })
    client.shipment.eligible = { "ACCEPTED" }
    local function reject(lines)
      return client:about("POST", "", "operation=REJECT", lines and { lineItems = lines })
    end
    local one_line = { { lineItem = { id = "0", quantity = 0 } } }
    assert_refused(422, "UnprocessableEntity", reject(one_line))
    client:go("confirm")
    assert_refused(422, "UnprocessableEntity", reject())
    assert.are.equal("CONFIRMED", client:look().status)
  end)

  it("when a label's option was never offered, or its time has come", function()
    ready("easy", nil, "confirm", "pack")
    local options = client:go("options").shippingOptions
    client:go("invoice")
    assert.are.equal(422, (client:label("operation=GENERATE&shippingOptionId=X")))
    client:wait(30 * 3600)
    local id = options[1].shippingOptionId
    assert.are.equal("the shipping option is not available any more",
      assert_refused(422, "UnprocessableEntity",
        client:label("operation=GENERATE&shippingOptionId=" .. id)))
  end)

  it("when a courier is named where Amazon carries, or is not named where another does", function()
    local courier = { carrierName = "EXPRESS", trackingId = "EX1" }
    ready("flex", nil, "confirm", "pack", "invoice")
    assert.are.equal(400, (client:label(nil, { packageIds = { "1" },
      courierSupportedAttributes = courier })))
    ready("courier", nil, "confirm", "pack")
    assert.are.equal(400, (client:label()))
    assert.are.equal(400, (client:label(nil, { packageIds = { "1" },
      courierSupportedAttributes = { carrierName = "EXPRESS" } })))
  end)

  it("when its own carrier's words come from a seller whom Amazon serves", function()
    ready("flex", nil, "confirm", "pack", "invoice", "label", "ship")
    assert.are.equal(422, (client:about("PATCH", "/packages/1", "", { subStatus = "DELIVERED" })))
  end)

  it("when it is of no use at all", function()
    client = support.client("easy")
    assert.are.equal(404, (client:call("GET", "/Dunknown")))
    assert.are.equal(400, (client:about("POST", "")))
    assert.are.equal(400, (client:about("POST", "", "operation=ACCEPT")))
    assert.are.equal(400, (client:about("GET", "/shippingOptions")))
    assert.are.equal(400, (client:about("PATCH", "/packages/1", "status=SHIPPED",
      { status = "SHIPPED" })))
    assert.are.equal(400, (client:about("POST", "/invoice", "", "{}")))
    assert.are.equal(400, (client:about("POST", "/packages", "", { packages = {} })))
    assert.are.equal(415, (client:about("POST", "/packages", "", "x",
      { ["content-type"] = "text/plain" })))
    assert.are.equal(403, (client:about("DELETE", "")))
  end)

  it("when a vendor's account asks, or a seller's for what a vendor did", function()
    local function asked(who, token, path)
      return who:raw("GET", path, { headers = { ["x-amz-access-token"] = token } }).status
    end
    client = support.client("easy")
    local transaction = "/vendor/directFulfillment/transactions/v1/transactions/t"
    assert.are.equal(403, asked(client, client:token(), transaction))
    local vendor = support.vendor()
    assert.are.equal(404, asked(vendor, vendor:lwa(), transaction))
    assert.are.equal(403, asked(vendor, vendor:lwa(), support.FOLDER .. "/D1"))
  end)

  it("when it comes more often than once a second", function()
    client = support.client("easy", { external_rate = 1, external_burst = 1 })
    assert.are.equal(200, (client:about("GET", "")))
    local status, _, response = client:about("GET", "")
    assert.are.equal(429, status)
    assert.are.equal("TooManyRequestsException", response.headers["x-amzn-ErrorType"])
    assert.are.equal(200, (client:call("GET", "", "status=ACCEPTED")))
    client:wait(1)
    status, _, response = client:about("GET", "")
    assert.are.equal(200, status)
    assert.are.equal("1.0", response.headers["x-amzn-RateLimit-Limit"])
  end)
end)
