local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local cjson = require("cjson")

local ORDERS, SHIPPING = support.ORDERS, support.SHIPPING

describe("what Amazon refuses at once", function()
  local client

  before_each(function()
    client = support.client()
  end)

  local function details(response)
    return cjson.decode(response.body).errors[1].details
  end

  local function refused(status, fragment, response)
    assert.are.equal(status, response.status)
    assert.is_truthy(details(response):find(fragment, 1, true), details(response))
  end

  local function acknowledge(change)
    local element = client:acknowledgement(client:order("AMZL"))
    change(element)
    local _, response = client:acknowledge(element)
    return response
  end

  it("names the missing field, so a vendor knows what to mend", function()
    refused(400, "orderAcknowledgements[0]: vendorOrderNumber is missing", acknowledge(function(e)
      e.vendorOrderNumber = nil
    end))
  end)

  it("knows no field that the model does not know", function()
    refused(400, "orderAcknowledgements[0]: shippedDate is not known here", acknowledge(function(e)
      e.shippedDate = "2026-11-23T09:00:00Z"
    end))
  end)

  it("wants a string where orders have one, although shipping has an integer", function()
    refused(400, "itemAcknowledgements[0].itemSequenceNumber: expected a string",
      acknowledge(function(e)
      e.itemAcknowledgements[1].itemSequenceNumber = 1
    end))
    local order = client:labelled(client:order("AMZL"))
    local confirmation = client:confirmation(order)
    confirmation.items[1].itemSequenceNumber = "1"
    local _, response = client:confirm(confirmation)
    refused(400, "items[0].itemSequenceNumber: expected an integer", response)
  end)

  it("takes no acknowledged quantity of zero", function()
    refused(400, "acknowledgedQuantity.amount: must not be below 1", acknowledge(function(e)
      e.itemAcknowledgements[1].acknowledgedQuantity.amount = 0
    end))
  end)

  it("takes no date without a time, no null, no order number with a dash", function()
    refused(400, "acknowledgementDate: expected an ISO 8601", acknowledge(function(e)
      e.acknowledgementDate = "2026-11-23"
    end))
    refused(400, "vendorOrderNumber: expected a string", acknowledge(function(e)
      e.vendorOrderNumber = cjson.null
    end))
    refused(400, "purchaseOrderNumber: must consist of", acknowledge(function(e)
      e.purchaseOrderNumber = "D-1"
    end))
  end)

  it("wants a container's weight, as a decimal in a string", function()
    local order = client:labelled(client:order("AMZL"))
    local confirmation = client:confirmation(order)
    confirmation.containers[1].weight = nil
    local _, response = client:confirm(confirmation)
    refused(400, "containers[0]: weight is missing", response)
    for _, value in ipairs({ 1.4, "1,4", "01.4", ".5", "+1", "1." }) do
      confirmation.containers[1].weight = { unitOfMeasure = "KG", value = value }
      _, response = client:confirm(confirmation)
      refused(400, "weight.value", response)
    end
  end)

  it("writes container types in small letters", function()
    local confirmation = client:confirmation(client:labelled(client:order("AMZL")))
    confirmation.containers[1].containerType = "CARTON"
    local _, response = client:confirm(confirmation)
    refused(400, "containerType: must be one of carton, pallet", response)
  end)

  it("takes at most a hundred label requests, and at least one", function()
    local element = client:label_request(client:order("AMZL"))
    local many = {}
    for i = 1, 101 do
      many[i] = element
    end
    local _, response = client:request_labels(table.unpack(many))
    refused(400, "holds 101 elements", response)
    _, response = client:post(SHIPPING .. "shippingLabels", '{"shippingLabelRequests":[]}')
    refused(400, "holds 0 elements", response)
  end)

  it("takes a scan's place without a street, as Amazon's example has it", function()
    local order = client:shipped(client:order("OWNC"))
    local scan = client:scan(order, "JJD1", "101", "000")
    local _, response = client:report(scan)
    assert.are.equal(202, response.status)
    scan.statusUpdateDetails.statusLocationAddress.countryCode = nil
    _, response = client:report(scan)
    refused(400, "countryCode is missing", response)
  end)

  it("does not take what is no JSON, of another type, or too large", function()
    local path = ORDERS .. "acknowledgements"
    local _, response = client:post(path, "{")
    refused(400, "no JSON", response)
    _, response = client:post(path, "{}", { ["content-type"] = "text/plain" })
    assert.are.equal(415, response.status)
    _, response = client:post(path, ('{"orderAcknowledgements":"%s"}'):format(("x"):rep(1 << 20)))
    assert.are.equal(413, response.status)
  end)

  it("wants no body with a GET, not even an announced one", function()
    local path = ORDERS .. "purchaseOrders/" .. client:order("AMZL").purchaseOrderNumber
    local _, response = client:get(path, "", { ["content-length"] = "0" })
    refused(400, "must not have a body", response)
  end)

  it("wants to know who calls", function()
    local path = ORDERS .. "purchaseOrders"
    local _, response = client:get(path, client:window(), { ["user-agent"] = "" })
    refused(400, "user-agent header is missing", response)
    _, response = client:get(path, client:window(), { ["user-agent"] = ("x"):rep(501) })
    refused(400, "longer than 500", response)
  end)

  it("answers unknown orders, documents and transactions with 404", function()
    for _, path in ipairs({ ORDERS .. "purchaseOrders/D0", SHIPPING .. "shippingLabels/D0",
      SHIPPING .. "packingSlips/D0", support.TRANSACTIONS .. "none" }) do
      local _, response = client:get(path)
      assert.are.equal(404, response.status)
    end
    local _, response = client:get(ORDERS .. "purchaseOrders/D-0")
    assert.are.equal(400, response.status)
  end)

  it("calls a wrong path a missing authentication token, as the gateway does", function()
    local _, response = client:get("/vendor/directFulfillment/orders/v2/purchaseOrders")
    assert.are.equal(403, response.status)
    assert.are.equal("MissingAuthenticationToken", cjson.decode(response.body).errors[1].code)
  end)

  it("names its request on every answer, and its rate only on some", function()
    local _, ok = client:get(ORDERS .. "purchaseOrders", client:window())
    local _, missing = client:get(ORDERS .. "purchaseOrders/D0")
    local denied = client:raw("GET", ORDERS .. "purchaseOrders")
    for _, response in ipairs({ ok, missing, denied }) do
      assert.is_truthy(response.headers["x-amzn-RequestId"]:find("^%x+%-%x+%-4%x+%-a%x+%-%x+$"))
    end
    assert.are.equal("1000.0", ok.headers["x-amzn-RateLimit-Limit"])
    assert.are.equal("1000.0", missing.headers["x-amzn-RateLimit-Limit"])
    assert.is_nil(denied.headers["x-amzn-RateLimit-Limit"])
  end)
end)

describe("time windows and pages", function()
  local client
  local path = ORDERS .. "purchaseOrders"

  before_each(function()
    client = support.client({ accounts = { setmetatable({ orders = 25 },
      { __index = support.account }) } })
  end)

  local function status_of(params)
    local _, response = client:get(path, params)
    return response.status
  end

  it("are refused when they are missing, longer than a week, backwards or older than six months",
    function()
    assert.are.equal(400, status_of(""))
    assert.are.equal(200, status_of(client:window(7 * 24)))
    assert.are.equal(400, status_of(client:window(7 * 24 + 1)))
    assert.are.equal(400,
      status_of("createdAfter=2026-11-23T09:00:00Z&createdBefore=2026-11-23T08:00:00Z"))
    assert.are.equal(400,
      status_of("createdAfter=2026-03-01T00:00:00Z&createdBefore=2026-03-02T00:00:00Z"))
  end)

  it("want their plus sign encoded", function()
    local after = "createdAfter=2026-11-23T08:00:00%s01:00&createdBefore=2026-11-23T10:00:00%s01:00"
    assert.are.equal(200, status_of((after:gsub("%%s", "%%%%2B"):gsub("%%%%", "%%"))))
    assert.are.equal(400, status_of((after:gsub("%%s", "+"))))
  end)

  it("hold at most a hundred elements, invoices ten", function()
    assert.are.equal(200, status_of(client:window() .. "&limit=100"))
    assert.are.equal(400, status_of(client:window() .. "&limit=101"))
    assert.are.equal(400, status_of(client:window() .. "&limit=0"))
    local _, response = client:get(SHIPPING .. "customerInvoices", client:window() .. "&limit=11")
    assert.are.equal(400, response.status)
  end)

  it("know no other parameters or words", function()
    assert.are.equal(400, status_of(client:window() .. "&pageSize=3"))
    assert.are.equal(400, status_of(client:window() .. "&status=new"))
    assert.are.equal(400, status_of(client:window() .. "&includeDetails=no"))
    assert.are.equal(400, status_of(client:window() .. "&sortOrder=asc"))
  end)

  local function encode(text)
    return (text:gsub("[^%w]", function(c)
      return ("%%%02X"):format(c:byte())
    end))
  end

  -- All numbers, page by page.
  local function walk(filters)
    local numbers, token, pages = {}, nil, 0
    local window = client:window() .. "&limit=10" .. filters
    repeat
      local body = client:get(path, window .. (token and "&nextToken=" .. encode(token) or ""))
      for _, order in ipairs(body.orders) do
        numbers[#numbers + 1] = order.purchaseOrderNumber
      end
      token, pages = body.pagination.nextToken, pages + 1
      assert.is_true(pages < 100)
    until not token
    return numbers, pages
  end

  it("lead through all orders once, in both directions", function()
    local up, pages = walk("&includeDetails=false")
    local down = walk("&sortOrder=DESC")
    assert.are.equal(25, #up)
    assert.are.equal(3, pages)
    for i, number in ipairs(up) do
      assert.are.equal(number, down[26 - i])
    end
  end)

  it("go on where they were although orders change their status on the way", function()
    local body = client:get(path, client:window() .. "&limit=10&status=NEW")
    local first = client:order("AMZL")
    local window = client:window()
    client:accepted(first)
    local next_page = client:get(path, window .. "&limit=10&status=NEW&nextToken="
      .. encode(body.pagination.nextToken))
    assert.are.equal(10, #next_page.orders)
    local numbers = walk("&status=NEW")
    assert.are.equal(24, #numbers)
    assert.are.equal(1, #walk("&status=ACCEPTED"))
    assert.are.equal(0, #walk("&status=SHIPPED"))
  end)

  it("have tokens that break when they are not encoded or belong to another request", function()
    local token = client:get(path, client:window() .. "&limit=10").pagination.nextToken
    assert.is_truthy(token:find("+", 1, true))
    assert.is_truthy(token:find("=$"))
    assert.are.equal(400, status_of(client:window() .. "&limit=10&nextToken=" .. token))
    assert.are.equal(400, status_of(client:window() .. "&status=NEW&nextToken=" .. encode(token)))
    assert.are.equal(200, status_of(client:window() .. "&limit=10&nextToken=" .. encode(token)))
  end)

  it("may come empty and still go on", function()
    client.amazon.settings.empty_pages = 0.8
    local numbers, pages = walk("")
    assert.are.equal(25, #numbers)
    assert.is_true(pages > 3)
  end)

  it("show a warehouse's own orders when it is named", function()
    local numbers = walk("&shipFromPartyId=OWNC")
    assert.are.equal(12, #numbers)
  end)

  it("send an empty list as a list", function()
    local _, response = client:get(path, client:window() .. "&status=SHIPPED")
    assert.is_truthy(response.body:find('"orders":[]', 1, true))
  end)
end)
