-- Amazon's token buckets: one per account and operation.

---@class sim.Buckets
local bucket = {}
bucket.__index = bucket

---@param settings table
---@return sim.Buckets
function bucket.new(settings)
  return setmetatable({ settings = settings, by_key = {} }, bucket)
end

--- Calls a second and the bucket's size.
---@param operation sim.Operation
---@return number rate, number burst
function bucket:plan(operation)
  local s = self.settings
  if operation.external then
    return s.external_rate, s.external_burst
  end
  return operation.rate or s.rate, operation.burst or s.burst
end

--- Takes one; false when the bucket is empty.
---@param account string
---@param operation sim.Operation
---@param now integer
---@return boolean
function bucket:take(account, operation, now)
  local rate, burst = self:plan(operation)
  local key = account .. " " .. operation.name
  local b = self.by_key[key] or { level = burst, at = now }
  self.by_key[key] = b
  b.level = math.min(burst, b.level + (now - b.at) * rate / 1000)
  b.at = now
  if b.level < 1 then
    return false
  end
  b.level = b.level - 1
  return true
end

return bucket
