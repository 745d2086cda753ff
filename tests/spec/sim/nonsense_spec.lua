local here = debug.getinfo(1, "S").source:match("^@(.*/)") or ""
local support = dofile(here .. "support.lua")
local cjson = require("cjson")
local random = require("sim.random")

local JUNK = {
  "", "x", "two", -1, 0, 1.5, 1e300, true, false, cjson.null, {}, { 1 }, { { {} } }, { a = 1 },
  "2026-02-30T00:00:00Z", "2026-11-23T09:00:00+99:99", ("9"):rep(300), "\0\255",
}

-- Every place within a value where something else could be put.
local function places(value, found)
  for key, member in pairs(value) do
    found[#found + 1] = { value, key }
    if type(member) == "table" then
      places(member, found)
    end
  end
  return found
end

local function spoil(value, chance)
  local found = places(value, {})
  table.sort(found, function(a, b)
    return tostring(a[2]) < tostring(b[2])
  end)
  local place = chance:pick(found)
  place[1][place[2]] = chance:chance(0.2) and nil or chance:pick(JUNK)
  return value
end

describe("nonsense", function()
  local client, chance

  before_each(function()
    client = support.client({ rate = 1e6, burst = 1e6 })
    chance = random.new(7, "nonsense")
  end)

  local function settled(response)
    return response.status == 202 or response.status == 400 or response.status == 413
      or response.status == 415
  end

  it("in a body is refused or accepted, but never breaks the simulator", function()
    local labelled, own = client:labelled(client:order("AMZL")),
      client:shipped(client:order("OWNC"))
    local refused = 0
    for _ = 1, 1000 do
      local writes = {
        { "acknowledge", client:acknowledgement(client:order("AMZL", 2)) },
        { "request_labels", client:label_request(labelled) },
        { "confirm", client:confirmation(labelled) },
        { "report", client:scan(own, "JJD1", "301", "000") },
      }
      local write = chance:pick(writes)
      local _, response = client[write[1]](client, spoil(write[2], chance))
      assert.is_true(settled(response), response.status)
      refused = refused + (response.status == 400 and 1 or 0)
    end
    assert.is_true(refused > 300, refused)
  end)

  it("around a body is refused", function()
    for _, body in ipairs({ "", "null", "true", "3", '"x"', "[]", "[1]", "{}", "{",
      '{"orderAcknowledgements":{}}',
      '{"orderAcknowledgements":{"1":2}}', '{"orderAcknowledgements":[null]}', ("["):rep(5000) }) do
      local _, response = client:post(support.ORDERS .. "acknowledgements", body)
      assert.are.equal(400, response.status, body)
    end
  end)

  it("in a query or a path is refused", function()
    local path = support.ORDERS .. "purchaseOrders"
    for _, params in ipairs({ "createdAfter", "createdAfter=%zz&createdBefore=1", "=", "&&&",
      "createdAfter=1&createdAfter=2",
      client:window() .. "&limit=9999999999999999999999", client:window() .. "&limit=-1",
        client:window() .. "&nextToken=",
      client:window() .. "&nextToken=%00" }) do
      local _, response = client:get(path, params)
      assert.are.equal(400, response.status, params)
    end
    for _, at in ipairs({ "", "/", "//", path .. "/", path .. "/../x", path .. "/%",
      "/auth/o2/token" }) do
      local _, response = client:get(at)
      assert.is_true(response.status >= 400, at)
    end
  end)

  it("to the control paths and to Login with Amazon is refused", function()
    for _, body in ipairs({ "", "null", "3", "[]", '{"count":"x"}', '{"count":1.5}', '{"faults":3}',
      '{"faults":[3]}', '{"faults":[{"kind":"500","nth":3}]}', '{"purchaseOrderNumber":{}}' }) do
      for _, path in ipairs({ "/sim/orders", "/sim/faults", "/sim/cancel", "/auth/o2/token" }) do
        local response = client:raw("POST", path, { body = body,
          headers = { ["content-type"] = "application/json" } })
        assert.is_true(response.status == 200 or response.status == 400, path .. " " .. body)
      end
    end
    assert.are.equal(404, client:raw("GET", "/sim/nothing").status)
  end)
end)
