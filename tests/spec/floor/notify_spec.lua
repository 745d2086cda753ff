--- notify("desk", "text") tells people, without waiting for them.
local test = require("dray.test")

local function host_with(command)
  return test.host { orders = 1, disk = true, project = test.project({ test.account(1) })
    .. ('notify "desk" { command = { %s } }\n'):format(command) }
end

local function run(host, script)
  local result = host:run(script)
  assert.is_true(result.ok, result.error)
end

-- A command that adds its input and a mark to a file outside of the project.
local function to_file(path)
  return ('"sh", "-c", "cat >>%s; echo . >>%s"'):format(path, path)
end

local function content(path)
  local file = io.open(path)
  local text = file and file:read("a")
  if file then file:close() end
  os.remove(path)
  return text
end

describe("notify", function()
  it("is kept until somebody can be told, and told once", function()
    local path = os.tmpname()
    local host = host_with(to_file(path))
    run(host, [[notify("desk", "12 orders due today\n")]])
    assert.same({ { to = "desk", text = "12 orders due today\n" } }, host:notices())
    host:restart()
    host:post()
    host:advance("1s")
    assert.same({}, host:notices())
    host:restart()
    host:post()
    host:advance("1s")
    assert.equal("12 orders due today\n.\n", content(path))
  end)

  it("of a run that fails tells nobody", function()
    local host = host_with('"true"')
    assert.is_false(host:run([[notify("desk", "text") error("late")]]).ok)
    assert.same({}, host:notices())
  end)

  it("by a command that fails or is not there is over, too", function()
    for _, command in ipairs { '"false"', '"/nowhere/program"' } do
      local host = host_with(command)
      host:post()
      run(host, [[notify("desk", "text")]])
      host:advance("1s")
      assert.same({}, host:notices())
    end
  end)

  it("of many tells all of them", function()
    local path = os.tmpname()
    local host = host_with(to_file(path))
    host:post()
    run(host, [[for i = 1, 20 do notify("desk", "x") end]])
    host:advance("1s")
    assert.same({}, host:notices())
    assert.equal(20, select(2, content(path):gsub("x", "")))
  end)

  it("of somebody whom the project file does not name is a mistake", function()
    local host = host_with('"true"')
    local result = host:run('\nnotify("dest", "text")')
    assert.is_truthy(result.error:find('spec.lua:2: notify: dray.lua has no notify "dest" '
      .. '(did you mean "desk"?)', 1, true), result.error)
    assert.is_false(host:run('notify("desk", "")').ok)
  end)
end)
