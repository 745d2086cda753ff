-- What happens later: a heap of functions by due time; equal times keep their order.

---@class sim.Heap
local heap = {}
heap.__index = heap

---@return sim.Heap
function heap.new()
  return setmetatable({ count = 0, serial = 0 }, heap)
end

local function before(a, b)
  if a.due ~= b.due then
    return a.due < b.due
  end
  return a.serial < b.serial
end

---@param due integer
---@param fn fun(due: integer)
function heap:push(due, fn)
  self.count, self.serial = self.count + 1, self.serial + 1
  local entry = { due = due, serial = self.serial, fn = fn }
  local at = self.count
  while at > 1 and before(entry, self[at // 2]) do
    self[at] = self[at // 2]
    at = at // 2
  end
  self[at] = entry
end

local function sink(self, entry)
  local at = 1
  while true do
    local child = at * 2
    if child > self.count then
      break
    end
    if child < self.count and before(self[child + 1], self[child]) then
      child = child + 1
    end
    if not before(self[child], entry) then
      break
    end
    self[at] = self[child]
    at = child
  end
  self[at] = entry
end

---@return integer? due of the next one
function heap:next_due()
  return self.count > 0 and self[1].due or nil
end

---@return { due: integer, fn: fun(due: integer) }? the earliest, taken out
function heap:pop()
  if self.count == 0 then
    return nil
  end
  local first, last = self[1], self[self.count]
  self[self.count] = nil
  self.count = self.count - 1
  if self.count > 0 then
    sink(self, last)
  end
  return first
end

return heap
