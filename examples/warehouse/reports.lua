-- What the floor of the simulator writes down (floor.json) as reports for `dray event`: one list of
-- JSON objects.
--
--   dray run reports.lua floor.json planned | missing | packed | picked_up | carrier.scan

local floor = read_json(arg[1]).orders
local kind = arg[2]

local function text_of(value)
  return '"' .. tostring(value):gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end)
    .. '"'
end

-- Objects have text keys, lists begin at 1.
local function json(value)
  if type(value) ~= "table" then
    return type(value) == "string" and text_of(value) or tostring(value)
  end
  local parts = {}
  if value[1] ~= nil then
    for i, one in ipairs(value) do parts[i] = json(one) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, one in pairs(value) do parts[#parts + 1] = text_of(key) .. ":" .. json(one) end
  return "{" .. table.concat(parts, ",") .. "}"
end

local reports = {}
local function report(fields) reports[#reports + 1] = json(fields) end

local function of_boxes(number, order)
  for _, box in ipairs(order.boxes or {}) do
    report {
      order = number,
      box = box.box,
      trackingNumber = box.trackingNumber,
      weight = kind == "packed" and box.weight or nil,
      packedItems = kind == "packed" and box.items or nil,
      at = order.pickedUpAt,
    }
  end
end

local write = {
  planned = function(number, order)
    local refused = order.decision == "reject"
    report { order = number, decision = refused and "refuse" or "pack", code = order.code }
  end,
  missing = function(number, order)
    if order.decision == "deny" then report { order = number } end
  end,
  packed = of_boxes,
  picked_up = of_boxes,
  ["carrier.scan"] = function(number, order)
    for _, scan in ipairs(order.scans or {}) do
      report { order = number, trackingNumber = scan.trackingNumber, meaning = scan.meaning,
        place = scan.place, at = scan.statusDateTime }
    end
  end,
}

for number, order in pairs(floor) do write[kind](number, order) end
print("[" .. table.concat(reports, ",\n") .. "]")
