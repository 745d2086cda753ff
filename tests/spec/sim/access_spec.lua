local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local cjson = require("cjson")

local ORDERS, SHIPPING = support.ORDERS, support.SHIPPING

local function with(more)
  return setmetatable(more, { __index = support.account })
end

describe("Login with Amazon", function()
  local client

  before_each(function()
    client = support.client()
  end)

  local function login(body, kind)
    local response = client:raw("POST", "/auth/o2/token", {
      headers = { ["content-type"] = kind or "application/x-www-form-urlencoded" }, body = body })
    return response.status, cjson.decode(response.body)
  end

  it("gives a new access token for every refresh, as a form and as JSON", function()
    local one, two = client:login(), client:login()
    assert.is_truthy(one:find("^Atza|"))
    assert.are_not.equal(one, two)
    local status, body = login('{"grant_type":"refresh_token","refresh_token":"Atzr|acme",'
      .. '"client_id":"client","client_secret":"secret"}', "application/json")
    assert.are.equal(200, status)
    assert.are.equal(3600, body.expires_in)
  end)

  it("says which part of the credentials is wrong, so a person can mend it", function()
    local good = "grant_type=refresh_token&client_id=client&refresh_token=Atzr%7C"
    local status, body = login(good .. "acme&client_secret=old")
    assert.are.same({ 401, "invalid_client" }, { status, body.error })
    status, body = login(good .. "x&client_secret=secret")
    assert.are.same({ 400, "invalid_grant" }, { status, body.error })
    status, body = login("grant_type=refresh_token&client_id=client&client_secret=secret")
    assert.are.same({ 400, "invalid_request" }, { status, body.error })
    status, body = login("grant_type=password")
    assert.are.same({ 400, "unsupported_grant_type" }, { status, body.error })
  end)
end)

describe("access to an operation", function()
  local client
  local path = ORDERS .. "purchaseOrders"

  before_each(function()
    client = support.client()
  end)

  local function denied(token, at)
    local response = client:raw("GET", at or path,
      { query = at and "" or client:window(), headers = { ["x-amz-access-token"] = token } })
    return response.status, response.status ~= 200 and cjson.decode(response.body).errors[1].details
      or nil
  end

  it("needs a token, a known one, and a fresh one", function()
    assert.are.same({ 403, "Access token is missing in the request header." }, { denied(nil) })
    assert.are.same({ 403, "The access token you provided is revoked, malformed or invalid." },
      { denied("Atza|x") })
    local token = client:rdt()
    assert.are.equal(200, (denied(token)))
    client:wait(3600)
    assert.are.same({ 403, "The access token you provided has expired." }, { denied(token) })
  end)

  it("needs a restricted data token where customers are named", function()
    local status, why = denied(client:lwa())
    assert.are.equal(403, status)
    assert.is_truthy(why:find("restricted data token is required", 1, true))
    assert.is_truthy(client:rdt():find("^Atz.sprdt|"))
    assert.are.equal(200, (denied(client:rdt())))
  end)

  it("is as wide as the restricted data token, for one order or for all", function()
    local one, two = client:order("AMZL").purchaseOrderNumber,
      client:order("OWNC").purchaseOrderNumber
    local token = cjson.decode(client:restrict({ path .. "/" .. one }).body).restrictedDataToken
    assert.are.equal(200, (denied(token, path .. "/" .. one)))
    assert.are.equal(403, (denied(token, path .. "/" .. two)))
    assert.are.equal(403, (denied(token)))
    assert.are.equal(200, (denied(client:rdt(), path .. "/" .. two)))
  end)

  it("of a write takes the plain token, not a restricted one", function()
    local body = { orderAcknowledgements = { client:acknowledgement(client:order("AMZL")) } }
    local _, response = client:post(ORDERS .. "acknowledgements", body,
      { ["x-amz-access-token"] = client:rdt() })
    assert.are.equal(403, response.status)
  end)

  it("fails as a whole when one role is missing among many", function()
    client = support.client({ accounts = { with({ missing_roles = { "getCustomerInvoices" } }) } })
    local response = client:restrict()
    assert.are.equal(403, response.status)
    assert.is_truthy(response.body:find("Application does not have access to one or more", 1, true))
    assert.are.equal(200, client:restrict({ path }).status)
  end)

  it("does without restricted tokens where Amazon says so", function()
    client = support.client({ accounts = { with({ restricted = "refused" }) } })
    assert.are.equal(403, client:restrict().status)
    assert.are.equal(200, (denied(client:lwa())))
  end)

  it("is not asked for with dataElements or for what is not restricted", function()
    local function ask(resource)
      return client:raw("POST", "/tokens/2021-03-01/restrictedDataToken", {
        headers = { ["x-amz-access-token"] = client:lwa(), ["content-type"] = "application/json" },
        body = cjson.encode({ restrictedResources = { resource } }),
      }).status
    end
    assert.are.equal(400, ask({ method = "GET", path = path, dataElements = { "buyerInfo" } }))
    assert.are.equal(400, ask({ method = "PATCH", path = path }))
    assert.are.equal(400,
      ask({ method = "GET", path = "/vendor/directFulfillment/transactions/v1/transactions" }))
    assert.are.equal(400, ask({ method = "POST", path = SHIPPING .. "shippingLabels" }))
  end)

  it("stays within the account", function()
    local other = with({ id = "other", refresh_token = "Atzr|other", selling_party = "OTHER" })
    client = support.client({ accounts = { support.account, other } })
    local foreign = client.amazon.world.accounts.other.list[1].purchaseOrderNumber
    assert.are.equal(404, (denied(client:rdt(), path .. "/" .. foreign)))
  end)

  it("can have the same order numbers in two accounts, as two different orders", function()
    local other = with({ id = "other", refresh_token = "Atzr|other", selling_party = "OTHER" })
    client = support.client({ accounts = { support.account, other }, same_numbers = true })
    local order = client:accepted(client:order("AMZL"))
    assert.are.equal("ACCEPTED", order.status)
    assert.are.equal("NEW", client.amazon:order(order.purchaseOrderNumber, "other").status)
  end)
end)

describe("the quota", function()
  it("is ten a second with a burst of ten, for every operation on its own", function()
    local client = support.client({ rate = 10, burst = 10 })
    local function call()
      local _, response = client:get(ORDERS .. "purchaseOrders", client:window())
      return response.status, response
    end
    for _ = 1, 10 do
      assert.are.equal(200, (call()))
    end
    local status, response = call()
    assert.are.equal(429, status)
    assert.are.equal("QuotaExceeded", cjson.decode(response.body).errors[1].code)
    assert.are.equal("TooManyRequestsException", response.headers["x-amzn-ErrorType"])
    assert.is_nil(response.headers["x-amzn-RateLimit-Limit"])
    local _, other = client:get(SHIPPING .. "shippingLabels", client:window())
    assert.are.equal(200, other.status)
    client:wait(0.1)
    assert.are.equal(200, (call()))
    assert.are.equal(429, (call()))
    local o = client.amazon:ledger().operations.getOrders
    assert.are.same({ 13, 11, 2, 13 }, { o.calls, o.ok, o.throttled, o.peak })
  end)

  it("allows one restricted data token a second", function()
    local client = support.client()
    local statuses = {}
    for i = 1, 11 do
      statuses[i] = client:restrict().status
    end
    assert.are.equal(200, statuses[10])
    assert.are.equal(429, statuses[11])
  end)
end)

describe("the envelope of replies", function()
  it("is there always, or only where the use case guide shows it", function()
    for mode, wrapped in pairs({ always = true, guide = false }) do
      local client = support.client({ payload = mode })
      local _, write = client:acknowledge(client:acknowledgement(client:order("AMZL")))
      local _, labels = client:get(SHIPPING .. "shippingLabels", client:window())
      local _, slips = client:get(SHIPPING .. "packingSlips", client:window())
      assert.are.equal(wrapped, write.body:find('^{"payload":') ~= nil)
      assert.are.equal(wrapped, labels.body:find('^{"payload":') ~= nil)
      assert.is_truthy(slips.body:find('^{"payload":'))
    end
  end)
end)
