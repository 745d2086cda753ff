--- "did you mean …?" for the Lua half.
local suggest = {}

-- Two neighbours in the wrong order, "hodl" for "hold".
local function swapped(a, i, b, j)
  return i > 1 and j > 1 and a:byte(i) == b:byte(j - 1) and a:byte(i - 1) == b:byte(j)
end

-- How many letters to add, leave out, change or swap.
local function distance(a, b)
  local above, row = nil, {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local two_above = above
    above, row = row, { [0] = i }
    for j = 1, #b do
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost)
      if swapped(a, i, b, j) then row[j] = math.min(row[j], two_above[j - 2] + 1) end
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
