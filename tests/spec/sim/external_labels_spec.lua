local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "external_support.lua")

describe("a shipment's label", function()
  local client

  local function labelled(where, options)
    client = support.client(where or "easy", options)
    client:go("confirm", "pack", "options")
    if where ~= "self" then
      client:go("invoice")
    end
    return client:go("label").packageShipLabelList[1]
  end

  it("is a file of its format behind a URL that wants no token", function()
    for _, want in ipairs({ { "easy", "application/pdf", "PDF of Label " },
      { "flex", "x.application/zpl", "ZPL of " }, { "self", "image/png", "PNG of " } }) do
      local label = labelled(want[1])
      local response = client:fetch(label.fileData.url)
      assert.are.same({ 200, want[2] }, { response.status, response.headers["Content-Type"] })
      assert.are.equal(1, (response.body:find(want[3] .. client.shipment.id, 1, true)))
    end
  end)

  it("is not given to who sends a token, guesses, or comes too late", function()
    local url = labelled().fileData.url
    assert.are.equal(400, client:fetch(url, { ["x-amz-access-token"] = "t" }).status)
    assert.are.equal(403, client:fetch((url:gsub("Signature=%x", "Signature=0x"))).status)
    assert.are.equal(403, client:fetch((url:gsub("sim%-files/", "%0a"))).status)
    client:wait(300)
    local response = client:fetch(url)
    assert.are.equal(403, response.status)
    assert.is_truthy(response.body:find("Request has expired", 1, true))
    local files = client.amazon:ledger().files
    assert.are.same({ 1, 1, 0 }, { files.with_token, files.expired, files.given })
  end)

  it("is the same one when it is asked for again, behind a new URL", function()
    local first = labelled()
    client:wait(300)
    local again = client:go("label").packageShipLabelList[1]
    assert.are.equal(first.shipLabelMetadata.trackingId, again.shipLabelMetadata.trackingId)
    assert.are_not.equal(first.fileData.url, again.fileData.url)
    assert.are.equal(200, client:fetch(again.fileData.url).status)
    assert.are.equal(2, client:told("labels", "1").GENERATE)
  end)

  it("is another one when it is made anew on purpose, with another slot if one is named", function()
    local first = labelled().shipLabelMetadata
    local options = select(2, client:options()).shippingOptions
    local status, reply = client:label("operation=REGENERATE&shippingOptionId="
      .. options[#options].shippingOptionId)
    local metadata = reply.packageShipLabelList[1].shipLabelMetadata
    assert.are.equal(200, status)
    assert.are_not.equal(first.trackingId, metadata.trackingId)
    assert.are.equal("DROPOFF", metadata.timeSlot.handoverMethod)
    assert.are.equal("PENDING_DROP_OFF", client:look().subStatus)
    client = support.client("flex")
    client:go("confirm", "pack", "invoice")
    assert.are.equal(422, (client:label("operation=REGENERATE")))
  end)

  it("can fail inside a success, and come at the next try", function()
    client = support.client("easy", { seed = 3, share = { several_lines = 1, several_boxes = 1 } })
    client:go("confirm", "pack", "options")
    client:about("GET", "/shippingOptions", "packageId=2")
    client:go("invoice")
    client:label(nil, { packageIds = { "1" } })
    local status, reply = client:label(nil, nil, { ["x-sim-fault"] = "label_failed" })
    local list = reply.packageShipLabelList
    assert.are.same({ 200, "SUCCESS", "FAILURE" }, { status, list[1].status, list[2].status })
    assert.are.equal("00001", list[2].errorDetails.code)
    assert.is_nil(list[2].fileData)
    assert.are.equal("INVOICE_GENERATED", client:look().status)
    assert.are.equal(1, client:told("labels", "2").refused)
    client:go("label")
    assert.are.equal("SHIPLABEL_GENERATED", client:look().status)
    assert.are.equal(1, client:told("labels", "2").GENERATE)
  end)

  it("fails at the first try for some shipments, in the older words if it must be", function()
    client = support.client("flex", { share = { label_fails = 1 }, label_outcome = "isErrored" })
    client:go("confirm", "pack", "invoice")
    local first = client:go("label").packageShipLabelList[1]
    local second = client:go("label").packageShipLabelList[1]
    assert.are.same({ true, false }, { first.isErrored, second.isErrored })
    assert.is_nil(second.status)
  end)

  it("is bad input when a fault says so", function()
    local url = labelled().fileData.url
    local function fetch(kind)
      return client:fetch(url, { ["x-sim-fault"] = kind })
    end
    assert.are.equal(302, fetch("redirects").status)
    assert.is_string(fetch("redirects").headers.Location)
    assert.is_true(#fetch("huge").body >= 40 << 20)
    assert.are.same({ 200, "text/html" }, { fetch("page").status,
      fetch("page").headers["Content-Type"] })
    assert.are.equal("image/png", fetch("mislabelled").headers["Content-Type"])
    assert.are.equal(403, fetch("gone").status)
    assert.are.equal(120000, fetch("late").delay_ms)
    assert.are.equal("cut_short", fetch("cut_short").trouble)
    assert.are.equal(503, fetch("html").status)
    local _, reply = client:label(nil, nil, { ["x-sim-fault"] = "plain_http" })
    local plain = reply.packageShipLabelList[1].fileData.url
    assert.is_truthy(plain:find("^http://labels%.example/"))
  end)

  it("is counted as a call of its own", function()
    local label = labelled()
    client:fetch(label.fileData.url)
    local ledger = client.amazon:ledger()
    assert.are.same({ 1, 1 }, { ledger.operations.labelFile.calls, ledger.files.given })
  end)
end)

describe("a seller's fault", function()
  it("before or after the call is told apart by the ledger", function()
    local client = support.client("easy")
    local function confirm(kind)
      return select(3, client:about("POST", "", "operation=CONFIRM", nil,
        { ["x-sim-fault"] = kind }))
    end
    assert.are.equal("hang_up_before", confirm("lost_before").trouble)
    assert.are.equal(0, client:told("processed").told)
    assert.are.equal(503, confirm("503").status)
    assert.are.equal(409, confirm("busy").status)
    assert.are.equal(422, confirm("unprocessable").status)
    assert.are.equal(0, client:told("processed").told)
    assert.are.equal("hang_up_after", confirm("lost_after").trouble)
    assert.are.same({ 1, 1 }, { client:told("processed").told, client:told("processed").CONFIRM })
    client:wait(5)
    assert.are.equal("CONFIRMED", client:look().status)
  end)

  it("that duplicates a write gets the second one refused", function()
    local client = support.client("easy")
    local status = client:about("POST", "", "operation=CONFIRM", nil,
      { ["x-sim-fault"] = "duplicated" })
    local told = client:told("processed")
    assert.are.same({ 409, 2, 1, 1, 1 },
      { status, told.told, told.applied, told.refused, told.duplicated })
  end)

  it("can cancel or move the shipment right before the call", function()
    local client = support.client("easy")
    assert.are.equal(409, (client:about("POST", "", "operation=CONFIRM", nil,
      { ["x-sim-fault"] = "moved" })))
    assert.are.equal("CONFIRMED", client:look().status)
    assert.are.equal(422, (client:about("POST", "/packages", "", { packages = client:packages() },
      { ["x-sim-fault"] = "cancelled" })))
    assert.are.equal("CANCELLED", client:look().status)
  end)

  it("is set by rule for one operation", function()
    local client = support.client("easy", { faults = {
      { operation = "createPackages", kind = "lost_after", nth = { 1 } } } })
    client:go("confirm")
    local _, _, response = client:pack()
    assert.are.equal("hang_up_after", response.trouble)
    client:wait(5)
    assert.are.equal(1, client:told("packages", "1").applied)
    assert.are.equal("PACKAGE_CREATED", client:look().status)
  end)
end)
