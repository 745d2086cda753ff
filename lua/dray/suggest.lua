--- "did you mean …?" for the Lua half.
local suggest = {}

local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal = row[0]
    row[0] = i
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      local best = math.min(row[j] + 1, row[j - 1] + 1, diagonal + cost)
      diagonal, row[j] = row[j], best
    end
  end
  return row[#b]
end

--- The nearest of some words, or nil when none is near (a third of its length, at least one edit).
---@param word string
---@param candidates string[]
---@return string?
function suggest.nearest(word, candidates)
  local best, best_distance
  for _, candidate in ipairs(candidates) do
    local d = distance(word:lower(), candidate:lower())
    if d <= math.max(1, #candidate // 3) and (best_distance == nil or d < best_distance) then
      best, best_distance = candidate, d
    end
  end
  return best
end

--- The end of a sentence: ` (did you mean "hold"?)`, or nothing.
---@param word string
---@param candidates string[]
---@return string
function suggest.hint(word, candidates)
  local near = suggest.nearest(word, candidates)
  return near and (' (did you mean "%s"?)'):format(near) or ""
end

return suggest
