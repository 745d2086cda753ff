-- UTC milliseconds and Amazon's ISO 8601 texts. No zone in a text means UTC, as Amazon reads it.

local instant = {}

instant.DAY = 86400000

local MONTH_DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function is_leap(year)
  return year % 4 == 0 and (year % 100 ~= 0 or year % 400 == 0)
end

local function is_date(year, month, day)
  if month < 1 or month > 12 or day < 1 then
    return false
  end
  local last = MONTH_DAYS[month] + ((month == 2 and is_leap(year)) and 1 or 0)
  return day <= last
end

-- Days since 1970-01-01 in the Gregorian calendar.
local function days_from_civil(year, month, day)
  local y = month <= 2 and year - 1 or year
  local era = y // 400
  local of_era = y - era * 400
  local of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
  return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
end

local function civil_from_days(days)
  local z = days + 719468
  local era = z // 146097
  local doe = z - era * 146097
  local yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
  local doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
  local mp = (5 * doy + 2) // 153
  local month = mp < 10 and mp + 3 or mp - 9
  return yoe + era * 400 + (month <= 2 and 1 or 0), month, doy - (153 * mp + 2) // 5 + 1
end

-- What may follow minutes: seconds, a fraction, a zone. Nil when something else does.
local function tail_ms(tail)
  local seconds, rest = tail:match("^:(%d%d)(.*)$")
  local fraction = rest and rest:match("^%.(%d+)") or nil
  rest = fraction and rest:sub(#fraction + 2) or rest or tail
  local zone = instant.zone_ms(rest)
  if not zone or tonumber(seconds or 0) > 59 then
    return nil
  end
  local ms = fraction and tonumber((fraction .. "00"):sub(1, 3)) or 0
  return math.tointeger(tonumber(seconds or 0)) * 1000 + math.tointeger(ms) - zone
end

--- What a zone at the end of a text means.
---@param text string "", "Z", "+05:30", "-0600"
---@return integer? milliseconds east of UTC; nil when it is no zone
function instant.zone_ms(text)
  if text == "" or text == "Z" or text == "z" then
    return 0
  end
  local sign, hours, minutes = text:match("^([+-])(%d%d):?(%d%d)$")
  if not sign or tonumber(hours) > 23 or tonumber(minutes) > 59 then
    return nil
  end
  local ms = (math.tointeger(tonumber(hours)) * 60 + math.tointeger(tonumber(minutes))) * 60000
  return sign == "-" and -ms or ms
end

--- Reads an ISO 8601 date and time.
---@param text string
---@return integer? utc_ms nil when it is none
function instant.parse(text)
  local year, month, day, hour, minute, tail =
    text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d)(.*)$")
  if not year then
    return nil
  end
  local y, mo, d = math.tointeger(tonumber(year)), math.tointeger(tonumber(month)),
    math.tointeger(tonumber(day))
  local h, mi = math.tointeger(tonumber(hour)), math.tointeger(tonumber(minute))
  local rest = tail_ms(tail)
  if not rest or not is_date(y, mo, d) or h > 23 or mi > 59 then
    return nil
  end
  return days_from_civil(y, mo, d) * instant.DAY + (h * 60 + mi) * 60000 + rest
end

--- "2026-11-21T18:29:59Z"; a part of a second is cut off.
---@param utc_ms integer
---@return string
function instant.text(utc_ms)
  local year, month, day = civil_from_days(utc_ms // instant.DAY)
  local seconds = utc_ms % instant.DAY // 1000
  return string.format("%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, seconds // 3600,
    seconds // 60 % 60, seconds % 60)
end

--- "20261121182959", as transaction ids begin.
---@param utc_ms integer
---@return string
function instant.stamp(utc_ms)
  return (instant.text(utc_ms):gsub("[^%d]", ""))
end

return instant
