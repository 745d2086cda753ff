--- The words of a script, against the simulator on a virtual clock.
local test = require("dray.test")

-- A host whose Amazon answers within seconds, and what a script there said.
local function new_host(options)
  options = options or {}
  local share = { tomorrow = 0, scheduled = 0, several_boxes = 0 }
  options.sim = options.sim or { speed = "demo", share = share }
  options.seed = options.seed or 3
  return test.host(options)
end

describe("a script", function()
  local host

  before_each(function()
    host = new_host()
  end)

  after_each(function()
    host:close()
  end)

  -- Runs a text that must come to its end.
  local function run(text, args)
    local result = host:run(text, args)
    assert.is_true(result.ok, result.error)
  end

  -- Runs a text that must fail; gives the first line of its error.
  local function fail(text, args)
    local result = host:run(text, args)
    assert.is_false(result.ok, "it came to its end")
    return result.error:match("^[^\n]*"), result.error
  end

  -- Runs a text that fails on purpose with what it wants to tell.
  local function tell(text)
    return (fail(text .. "\nerror(answer, 0)"))
  end

  describe("with mistakes", function()
    it("names the unknown word, its line and the word that was meant", function()
      assert.equal('spec.lua:2: unknown word "oders" (did you mean "orders"?)',
        fail("local x = 1\noders {}"))
      assert.equal('spec.lua:1: unknown word "pol" (did you mean "poll"?)', fail("pol 'orders'"))
    end)

    it("does not begin when it is no Lua", function()
      local message = fail("poll 'orders'\nfor o in orders {} do\n")
      assert.equal("spec.lua:3: 'end' expected (to close 'for' at line 2) near <eof>", message)
      assert.equal(0, #host:orders())
    end)

    it("refuses globals", function()
      assert.equal('spec.lua:1: "total" is not a local variable; write: local total = ...',
        fail("total = 1"))
      assert.equal('spec.lua:1: "orders" is a word of dray and cannot be changed',
        fail("orders = {}"))
    end)

    it("names the option that is wrong", function()
      assert.equal('spec.lua:1: orders: unknown option "sate" (did you mean "state"?)',
        fail("orders { sate = 'new' }"))
      assert.equal('spec.lua:1: orders: unknown state "nwe" (did you mean "new"?)',
        fail("orders { state = 'nwe' }"))
      assert.equal("spec.lua:1: orders: state: expected a text or a list of texts, got a number",
        fail("orders { state = 3 }"))
      assert.equal('spec.lua:1: orders: unknown account "acne"',
        fail("orders { account = 'acne' }"))
      assert.equal('spec.lua:1: orders: unknown due "tody" (did you mean "today"?)',
        fail("orders { due = 'tody' }"))
      assert.equal("spec.lua:1: orders: expected a table of options, got a string",
        fail("orders 'new'"))
      assert.equal('spec.lua:1: poll: unknown list "oders" (did you mean "orders"?)',
        fail("poll 'oders'"))
      assert.equal('spec.lua:1: documents: unknown kind "lable" (did you mean "label"?)',
        fail("documents { kind = 'lable' }"))
    end)

    it("names the field that an order does not have", function()
      local message = fail("poll 'orders'\nlocal o = orders {}[1]\nlocal s = o.satte")
      assert.equal('spec.lua:3: order has no field "satte" (did you mean "state"?)', message)
      assert.equal("spec.lua:2: the fields of order cannot be set",
        fail("poll 'orders'\norders {}[1].state = 'new'"))
    end)

    it("says which order there is not", function()
      local message = fail("order('NOSUCH')")
      assert.truthy(message:find("^spec.lua:1: "), message)
      assert.truthy(message:find("NOSUCH", 1, true), message)
    end)

    it("shows where it was, through every call", function()
      local _, whole = fail("local function inner()\n  error('no stock')\nend\n"
        .. "local function outer()\n  inner()\nend\nouter()")
      assert.truthy(whole:find("^spec.lua:2: no stock\nstack traceback:"))
      assert.truthy(whole:find("spec.lua:5: in", 1, true))
      assert.truthy(whole:find("spec.lua:7: in main chunk", 1, true))
    end)

    it("ends when it loops for ever", function()
      local limited = fail("local t = {}\nwhile true do t[#t + 1] = ('x'):rep(1000) .. #t end")
      assert.truthy(limited:find("memory") or limited:find("too long"), limited)
    end)
  end)

  describe("and orders", function()
    it("polls, lists, counts and goes through them", function()
      run([[
        assert(poll "orders" == 5)
        assert(poll "orders" == 0)
        local list = orders { state = "new" }
        assert(#list == 5 and list:count() == 5)
        local seen = {}
        for o in list do
          assert(not seen[o.purchaseOrderNumber])
          seen[o.purchaseOrderNumber] = true
          for again in list do assert(again.state == "new") end
        end
        for i, o in ipairs(list) do assert(o == list[i]) end
        assert(list[0] == nil and list[6] == nil)
        assert(orders { state = { "accepted", "shipped" } }:count() == 0)
        assert(orders { warehouse = "DEL4" }:count() + orders { warehouse = "BER3" }:count() == 5)
        assert(orders { account = "acme" }:count() == 5)
      ]])
    end)

    it("reads their fields, and Amazon's own", function()
      run([[
        poll "orders"
        for o in orders {} do
          assert(o == order(o.purchaseOrderNumber) and o == order(o.purchaseOrderNumber, "acme"))
          assert(o.account == "acme" and o.state == "new" and o.status == "NEW")
          assert(o.own_label == (o.warehouse == "BER3"))
          assert(instant(o.orderDate) < now() and instant(o.shipBy) > now())
          assert(o.body.purchaseOrderNumber == o.purchaseOrderNumber)
          assert(o.body.shipFromParty.partyId == o.warehouse)
          assert(type(o.body.shipmentDetails.isGift) == "boolean")
          assert(o.body == o.body)
          for i, item in ipairs(o.items) do
            assert(item.line == i and math.type(item.line) == "integer")
            assert(math.type(item.orderedQuantity.amount) == "integer")
            assert(item.buyerProductIdentifier)
          end
          assert(#o.labels == 0 and o.slip == nil and o.invoice == nil and #o.effects == 0)
        end
      ]])
    end)

    it("finds those that are due today or late in their own zone", function()
      run([[
        poll "orders"
        local today = orders { due = "today" }:count()
        assert(today == 5, today)
        assert(orders { due = "late" }:count() == 0)
      ]])
      host:advance("1d")
      run([[
        assert(orders { due = "today" }:count() == 0)
        assert(orders { due = "late" }:count() == 5)
      ]])
    end)

    it("plans an effect once, whatever it is asked", function()
      run([[
        poll "orders"
        local o = orders {}[1]
        local one, two = o:accept(), o:accept()
        assert(one == two and one.id == two.id)
        assert(one.verb == "accept" and one.kind == "acknowledge" and one.order == o)
        assert(#o.effects == 1)
        assert(one:wait() == "succeeded" and one.evidence ~= "" and one.transactionId ~= "")
        assert(o.state == "accepted")
      ]])
      assert.equal(1, host:ledger().totals.acknowledgement.told)
    end)

    it("is asked about at once and after 1, 2 and 5 s when somebody waits for it", function()
      host:close()
      host = new_host { sim = { speed = "demo", delays = {
        acknowledgement = { 7000, 7000 }, transaction = { 7000, 7000 } } } }
      run([[
        poll "orders"
        local o = orders {}[1]
        local begun = now()
        assert(o:accept():wait() == "succeeded")
        local seconds = (now() - begun) / 1000
        assert(seconds >= 7 and seconds < 9.5, seconds)
      ]])
      local operations = host:ledger().operations
      local asked = operations.getOrders.calls - 1 + operations.getTransactionStatus.calls
      assert.equal(4, asked)
    end)

    it("is asked about in seconds again by who waits later, however often others asked", function()
      host:close()
      host = new_host { sim = { speed = "demo", delays = {
        acknowledgement = { 30000, 30000 }, transaction = { 30000, 30000 } } } }
      run("poll 'orders' orders {}[1]:accept() settle { timeout = '20s' }")
      host:advance("8s")
      run([[
        local begun = now()
        local effect = orders { state = "accepting" }[1]:accept()
        settle()
        assert(effect.state == "succeeded")
        assert(now() - begun < 5000, now() - begun)
      ]])
    end)

    it("says what contradicts what was decided", function()
      local message = fail("poll 'orders'\nlocal o = orders {}[1]\no:accept()\n"
        .. "o:reject { code = '03' }")
      assert.truthy(message:find("^spec.lua:4: "), message)
      assert.truthy(message:find("accept", 1, true), message)
    end)

    it("raises wrong arguments with the field's name", function()
      local begin = "poll 'orders'\nlocal o = orders { warehouse = 'DEL4' }[1]\n"
      assert.truthy(fail(begin .. "o:reject {}"):find("^spec.lua:3: reject: code: missing"))
      assert.truthy(fail(begin .. "o:reject { cod = '03' }"):find("cod"))
      assert.equal("spec.lua:3: confirm: expected a table of fields, got a string",
        fail(begin .. "o:confirm 'x'"))
      assert.equal("spec.lua:3: confirm.containers[2]: a function is no value that can be sent",
        fail(begin .. "o:confirm { containers = { {}, print } }"))
      assert.equal("spec.lua:3: bad argument #1 to 'accept' (order expected, got no value)",
        fail(begin .. "o.accept()"))
    end)
  end)

  describe("that fails", function()
    it("leaves nothing of its last slice", function()
      fail("poll 'orders'\nfor o in orders {} do o:accept() end\nerror('stop')")
      assert.equal(0, #host:effects())
      for _, order in ipairs(host:orders()) do
        assert.equal("new", order.state)
      end
    end)

    it("keeps what it planned before it waited", function()
      fail("poll 'orders'\norders {}[1]:accept()\nsleep(1)\norders {}[2]:accept()\nerror('stop')")
      assert.equal(1, #host:effects())
    end)

    it("can handle an error and go on", function()
      run([[
        poll "orders"
        local o = orders {}[1]
        local value, err = try(o.reject, o, { code = "nonsense" })
        assert(value == nil and err.code == "input" and err.message:find("code"))
        local found, missing = try(order, "NOSUCH")
        assert(found == nil and missing.code == "not_found")
        local ok, message = pcall(order, "NOSUCH")
        assert(ok == false and tostring(message):find("^spec.lua:%d+: "))
        assert(try(function() return 7 end) == 7)
        o:accept()
      ]])
      assert.equal(1, #host:effects())
    end)
  end)

  describe("that waits", function()
    it("sleeps on dray's clock", function()
      local before = host:now()
      run([[
        local t = now()
        sleep("90s")
        assert(now() - t == 90000)
        sleep(0.5)
        assert(now() - t == 90500)
      ]])
      assert.equal(before + 90500, host:now())
      assert.truthy(fail("sleep('soon')"):find("^spec.lua:1: sleep: "))
      assert.truthy(fail("sleep(-1)"):find("^spec.lua:1: sleep: expected"))
    end)

    it("settles, and counts how its effects ended", function()
      run([[
        poll "orders"
        for o in orders {} do o:accept() end
        local ended = settle()
        assert(ended.succeeded == 5 and ended.failed == nil)
      ]])
    end)

    it("settles only until its timeout", function()
      host:faults({ { operation = "submitAcknowledgement", kind = "stuck", rate = 1 },
        { operation = "getOrders", kind = "503", rate = 1 } })
      run([[
        try(poll, "orders")
        local t = now()
        local ended = settle { timeout = "20s" }
        assert(now() - t <= 20000)
      ]])
    end)

    it("ends at its deadline, where it waits, and nothing catches that", function()
      local text = "local function rest()\n  while true do pcall(sleep, '1h') end\nend\nrest()"
      local result = host:run(text, {}, "30m")
      assert.is_false(result.ok)
      assert.truthy(result.error
        :find("^spec.lua:2: the time for this run is over\nstack traceback:"), result.error)
      assert.truthy(result.error:find("spec.lua:4: in main chunk", 1, true))
    end)

    it("says where waiting is not possible", function()
      assert.equal("spec.lua:1: sleep: cannot wait here",
        fail("table.sort({ 2, 1 }, function(a, b) sleep(1) return a < b end)"))
    end)

    it("says when nothing could ever end the wait", function()
      local observing = new_host { writes = "observe" }
      local result = observing:run("poll 'orders'\nlocal e = orders {}[1]:accept()\n"
        .. "assert(e:wait() == 'planned')")
      observing:close()
      assert.is_true(result.ok, result.error)
    end)
  end)

  describe("in parallel", function()
    it("gives results in order, also when they end in another", function()
      run([[
        local list = {}
        for i = 1, 40 do list[i] = i end
        local t = now()
        local out = parallel(list, function(n, place)
          assert(n == place)
          sleep(41 - n)
          return n * n
        end, { limit = 40 })
        assert(now() - t == 40000)
        for i = 1, 40 do assert(out[i] == i * i) end
        assert(#parallel({}, print) == 0)
      ]])
    end)

    it("runs no more than the limit at a time", function()
      run([[
        local running, most, list = 0, 0, {}
        for i = 1, 50 do list[i] = i end
        parallel(list, function()
          running = running + 1
          most = math.max(most, running)
          sleep(1)
          running = running - 1
        end, { limit = 7 })
        assert(most == 7, most)
        most = 0
        parallel(list, function()
          running = running + 1
          most = math.max(most, running)
          sleep(1)
          running = running - 1
        end)
        assert(most == 16, most)
      ]])
    end)

    it("goes through a list of orders", function()
      run([[
        poll "orders"
        local states = parallel(orders {}, function(o)
          return o:accept():wait()
        end)
        assert(#states == 5)
        for _, state in ipairs(states) do assert(state == "succeeded") end
      ]])
    end)

    it("ends the others at the first error, and raises it", function()
      run([[
        local went_on = 0
        local value, err = try(parallel, { 1, 2, 3 }, function(n)
          sleep(n)
          if n == 2 then error("no label") end
          sleep(5)
          went_on = went_on + 1
        end)
        assert(value == nil and err.message:find("spec.lua:4: no label"), err.message)
        sleep(60)
        assert(went_on == 0)
      ]])
    end)

    it("keeps the code of an error", function()
      run([[
        local value, err = try(parallel, { "NOSUCH" }, order)
        assert(value == nil and err.code == "not_found", err.code)
      ]])
    end)

    it("undoes only the part that failed", function()
      run([[
        poll "orders"
        local list = orders {}
        try(parallel, { 1, 2 }, function(n)
          list[n]:accept()
          if n == 2 then error("stop") end
        end)
        assert(#list[1].effects == 1 and #list[2].effects == 0)
      ]])
    end)

    it("can be nested", function()
      run([[
        local out = parallel({ 1, 2, 3 }, function(a)
          local inner = parallel({ 10, 20 }, function(b) sleep(b) return a * b end)
          return inner[1] + inner[2]
        end)
        assert(out[1] == 30 and out[2] == 60 and out[3] == 90)
      ]])
    end)

    it("is cancelled as a whole", function()
      local result = host:run("parallel({ 1, 2, 3 }, function() sleep('10h') end)", {}, "1h")
      assert.truthy(result.error:find("^spec.lua:1: the time for this run is over"), result.error)
    end)

    it("refuses a wrong limit", function()
      assert.truthy(fail("parallel({}, print, { limit = 0 })")
        :find("parallel: limit: expected a whole number"))
      assert.truthy(fail("parallel(3, print)"):find("^spec.lua:1: bad argument #1 to 'parallel'"))
    end)
  end)

  describe("and calls", function()
    it("reads with any operation of Amazon's", function()
      run([[
        poll "orders"
        local number = orders {}[1].purchaseOrderNumber
        local got = call("getOrder", { purchaseOrderNumber = number })
        assert(got.purchaseOrderNumber == number)
        assert(got.orderDetails.orderStatus == "NEW")
      ]])
    end)

    it("raises Amazon's refusal with a code", function()
      run([[
        local value, err = try(call, "getOrder", { purchaseOrderNumber = "NOSUCH1" })
        assert(value == nil and err.message:find("getOrder"), err.message)
        assert(err.code ~= "script", err.code)
      ]])
    end)

    it("never writes", function()
      local message = fail("call('submitShipmentConfirmations', {})")
      assert.truthy(message:find("^spec.lua:1: call only reads"), message)
      assert.truthy(message:find("dray call submitShipmentConfirmations", 1, true), message)
    end)

    it("names the operation and the parameter that are wrong", function()
      assert.truthy(fail("call('getOder', {})"):find("getOrder", 1, true))
      assert.truthy(fail("call('getOrder', { purchaseOrder = 'X' })")
        :find("purchaseOrderNumber", 1, true))
      assert.truthy(fail("call('getOrder', { purchaseOrderNumber = 'X' }, 'acne')")
        :find('unknown account "acne"', 1, true))
    end)
  end)

  describe("and documents", function()
    before_each(function()
      run([[
        poll "orders"
        for o in orders { warehouse = "DEL4" } do
          o:accept()
          o:request_label()
        end
        settle()
      ]])
    end)

    it("reads what is known of them, and saves them", function()
      run([[
        local labels = documents { kind = "label" }
        assert(#labels >= 1)
        for label in labels do
          assert(label.kind == "label" and label.latest and label.size > 0 and #label.sha256 == 64)
          assert(label.format == "ZPL" or label.format == "PNG", label.format)
          assert(label.flaw == "" and label.trackingNumber ~= "" and label.shipMethod ~= "")
          assert(label.order.labels[1] == label)
          local path = "labels/" .. label.order.purchaseOrderNumber .. ".bin"
          assert(label:save(path) == path)
          label:save(path)
        end
        local o = labels[1].order
        assert(#documents { order = o, kind = "label" } == #o.labels)
        assert(#documents { order = o.purchaseOrderNumber, kind = { "label", "slip" } } >= 1)
        assert(documents { kind = "invoice" }:count() == 0)
      ]])
      local saved = 0
      for _, document in ipairs(host:documents()) do
        if document.kind == "label" then
          assert.equal(document.size, #host:read("labels/" .. document.order .. ".bin"))
          saved = saved + 1
        end
      end
      assert.is_true(saved > 0)
    end)

    it("saves nowhere but in the project folder", function()
      local begin = "documents { kind = 'label' }[1]:save "
      for _, path in ipairs({ "../x.zpl", "/tmp/x.zpl",
        "a/../../x", "a//b", ".hidden", "rules/x.lua",
        "state/dray.db",
        "secrets/x", "acme.secret" }) do
        local message = fail(begin .. "'" .. path .. "'")
        assert.truthy(message:find("^spec.lua:1: "), message)
      end
      assert(os.execute("ln -s /tmp '" .. host.folder .. "/out'"))
      assert.truthy(fail(begin .. "'out/x.zpl'"):find("link"))
      assert.equal("secret", host:read("acme.secret"))
    end)
  end)

  describe("and files", function()
    it("reads JSON with whole numbers, texts and lists as they are", function()
      host:write("floor.json", '{"a": [1, 2.50, "003", true, null], "empty": [], "nothing": {}}')
      run([[
        local f = read_json("floor.json")
        assert(math.type(f.a[1]) == "integer" and f.a[2] == "2.50")
        assert(f.a[3] == "003" and f.a[4] == true)
        assert(f.a[5] == null and #f.a == 5 and #f.empty == 0)
        assert(read_json(arg[1]).a[1] == 1)
      ]], { host.folder .. "/floor.json" })
    end)

    it("reads CSV with quotes, separators and the columns' names", function()
      host:write("scans.csv", "\xef\xbb\xbfnumber;code;place\r\n"
        .. "00123;D1;\"Berlin; \"\"Mitte\"\"\"\r\n\r\n00124;;x\n")
      run([[
        local rows = read_csv("scans.csv", { separator = ";" })
        assert(#rows == 2)
        assert(rows[1].number == "00123" and rows[1].code == "D1")
        assert(rows[1].place == 'Berlin; "Mitte"')
        assert(rows[2].code == "" and rows[2].place == "x")
        local raw = read_csv("scans.csv", { separator = ";", header = false })
        assert(#raw == 3 and raw[1][2] == "code" and raw[2][1] == "00123")
      ]])
      host:write("bad.csv", "a,b\n1,2\n3\n")
      assert.equal("spec.lua:1: bad.csv:3: 1 columns, expected 2", fail("read_csv('bad.csv')"))
      host:write("open.csv", "a,b\n\"1,2\n")
      assert.equal("spec.lua:1: open.csv:2: a quote is not closed", fail("read_csv('open.csv')"))
    end)

    it("says what is wrong with a file", function()
      host:write("broken.json", '{"a": [1,, 2]}')
      assert.truthy(fail("read_json('broken.json')"):find("^spec.lua:1: broken.json: "))
      assert.truthy(fail("read_json('missing.json')")
        :find("^spec.lua:1: missing.json: No such file"))
    end)

    it("reads nothing outside of the project folder, and no secret", function()
      assert(os.execute("ln -s /etc '" .. host.folder .. "/etc'"))
      for _, path in ipairs({ "/etc/hostname", "../../etc/hostname", "etc/hostname" }) do
        local message = fail("read_csv('" .. path .. "', { header = false })")
        assert.truthy(message:find("outside of the project folder", 1, true), message)
      end
      assert.truthy(fail("read_csv('acme.secret')"):find("a secret of an account", 1, true))
      assert.truthy(fail("read_csv('.')"):find("^spec.lua:1: "))
    end)
  end)

  describe("and time", function()
    it("reads and writes instants with zones", function()
      run([[
        assert(iso(now()) == "2026-11-23T08:00:00Z")
        assert(instant("2026-11-23T08:00:00Z") == now())
        assert(instant("2026-11-23T02:00-06:00") == now())
        assert(iso(now(), "Asia/Kolkata") == "2026-11-23T13:30:00+05:30")
        local d = date(now(), "America/Chicago")
        assert(d.year == 2026 and d.month == 11 and d.day == 23)
        assert(d.hour == 2 and d.weekday == "mon")
        assert(duration("1h30m") == 5400000 and duration(2) == 2000)
      ]])
      assert.truthy(fail("instant('2026-02-30T00:00Z')"):find("^spec.lua:1: "))
      assert.truthy(fail("date(now(), 'Europe/Berln')"):find("Europe/Berlin", 1, true))
      assert.truthy(fail("duration('x')"):find("^spec.lua:1: duration: "))
    end)
  end)

  describe("and the log", function()
    it("takes a sentence and typed fields", function()
      run("log.info('hello', { purchaseOrderNumber = 'P1', count = 3, late = true })\n"
        .. "log.debug('x') log.warn('y')")
      assert.truthy(fail("log.info('x', { f = print })"):find('^spec.lua:1: log: field "f"'))
      assert.equal('spec.lua:1: unknown word "log.inof" (did you mean "log.info"?)',
        fail("log.inof('x')"))
    end)
  end)

  it("sees its arguments", function()
    run("assert(arg[0] == 'spec.lua' and arg[1] == 'a' and arg[2] == 'b c' and not arg[3])",
      { "a", "b c" })
  end)

  it("tells what it wants to", function()
    assert.equal("5 orders", tell("local answer = ('%d orders'):format(poll 'orders')"))
  end)
end)

describe("a host that was stopped", function()
  it("goes on with what it planned, and tells Amazon nothing twice", function()
    local host = new_host { disk = true }
    local result = host:run("poll 'orders' for o in orders {} do o:accept() end sleep('10s')", {},
      "2s")
    assert.is_false(result.ok)
    host:restart()
    result = host:run([[
      for o in orders {} do o:accept() end
      local ended = settle()
      assert(ended.succeeded == 5, ended.succeeded)
    ]])
    assert.is_true(result.ok, result.error)
    assert.equal(5, host:ledger().totals.acknowledgement.told)
    host:close()
  end)
end)
