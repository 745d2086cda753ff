-- Answers to requests below /sim/.

local control_reply = {}

--- A JSON text with its status.
---@param status integer
---@param text string
---@return sim.Response
function control_reply.answer(status, text)
  return { status = status, headers = { ["Content-Type"] = "application/json" }, body = text,
    delay_ms = 0 }
end

--- What was asked cannot be done, and why.
---@param sim sim.Amazon
---@param message string
---@return sim.Response
function control_reply.refuse(sim, message)
  return control_reply.answer(400, sim.json:encode({ error = message }))
end

--- Makes as many as the body's `count` says, and answers with their ids.
---@param sim sim.Amazon
---@param body table
---@param make fun(account?: string, count: integer): table[]?, string?
---@param name string of the list in the answer
---@param key string the member of each that is its id
---@return sim.Response
function control_reply.made(sim, body, make, name, key)
  local count = math.tointeger(body.count or 1)
  if not count or count < 1 or count > 100000 then
    return control_reply.refuse(sim, "count must be a whole number from 1 to 100000")
  end
  local made, message = make(body.account, count)
  if not made then
    return control_reply.refuse(sim, message)
  end
  local ids = {}
  for i, one in ipairs(made) do
    ids[i] = one[key]
  end
  return control_reply.answer(200, sim.json:encode({ [name] = ids }))
end

return control_reply
