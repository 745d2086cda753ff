--- The part of a rule's head that says when: `every` and `cron`, in a plain form that has a name
--- for everything. What the words mean, and whether they are right, C decides (engine/schedule.h).
local lists = require("dray.lists")

local schedule = {}

--- Fields of `every`, for the check of forms.
schedule.fields = {
  at = { "texts" },
  from = { "text" },
  to = { "text" },
  days = { "texts" },
  except = { "text" },
  zone = { "text" },
}

--- { every, at, from, to, days, except, zone } or { cron, zone }; nil for a head without either.
---@param head table
---@return table?
function schedule.plain(head)
  local every = head.every
  if type(every) ~= "table" then
    return head.cron and { cron = head.cron, zone = head.zone }
  end
  local days = lists.of(every.days)
  return { every = every[1], at = lists.of(every.at), from = every.from, to = every.to,
    days = days and table.concat(days, ","), except = every.except, zone = every.zone }
end

local function check_form(report, every)
  if type(every[1]) ~= "string" then
    report("every", 'expected { "15m" }, { "1h" } or { "1d", at = "07:30" }')
    return false
  elseif every[2] ~= nil then
    report("every", ('only the interval stands without a name; did you mean at = "%s"?'):format(
      tostring(every[2])))
    return false
  end
  return true
end

--- Reports every mistake in the words of a schedule.
---@param report fun(path: string, message: string)
---@param head table of the right form
---@param check fun(plain: table): { [1]: string, [2]: string }[]
function schedule.check(report, head, check)
  local prefix = head.cron and "" or "every."
  if type(head.every) == "table" and not check_form(report, head.every) then return end
  local plain = schedule.plain(head)
  for _, mistake in ipairs(plain and check(plain) or {}) do
    local key, message = mistake[1], mistake[2]
    report((key == "every" or key == "cron") and key or prefix .. key, message)
  end
end

--- `every` for people, with names only: { period = "1d", at = { "07:30" } }.
---@param head table
---@return table?
function schedule.shown(head)
  local plain = type(head.every) == "table" and schedule.plain(head) or nil
  if plain then plain.period, plain.every = plain.every, nil end
  return plain
end

return schedule
