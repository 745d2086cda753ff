-- The hours of the house, for the rules beside this file.

local shifts = { zone = "Asia/Kolkata" }

local CUT_OFF = 14 * 60 -- minutes of the day
local LATE_SHIFT = 14 * 60 + 30

local function minute(at)
  local t = date(at, shifts.zone)
  return t.hour * 60 + t.minute
end

-- Whether an order that is to ship today, or is late already, comes after the cut-off.
function shifts.too_late(order, at)
  local today = iso(at, shifts.zone):sub(1, 10)
  local due = iso(instant(order.shipBy), shifts.zone):sub(1, 10)
  return due <= today and minute(at) >= CUT_OFF
end

-- Where the shift that works now prints.
function shifts.printer(at) return minute(at) < LATE_SHIFT and "early" or "late" end

return shifts
