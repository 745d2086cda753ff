-- Chance that can be had again: a seeded stream of numbers (splitmix64). Streams with different
-- purposes do not disturb each other, so an order stays the same however many requests came
-- before it. No global state: math.random is left alone.

---@class sim.Random
---@field state integer
local random = {}
random.__index = random

local LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

local function mix(z)
  z = (z ~ (z >> 30)) * 0xbf58476d1ce4e5b9
  z = (z ~ (z >> 27)) * 0x94d049bb133111eb
  return z ~ (z >> 31)
end

--- A stream for one purpose.
---@param seed integer
---@param purpose string
---@return sim.Random
function random.new(seed, purpose)
  local state = mix(seed + 0x9e3779b97f4a7c15)
  for i = 1, #purpose do
    state = mix(state * 31 + purpose:byte(i))
  end
  return setmetatable({ state = state }, random)
end

---@return integer any 64 bits
function random:next()
  self.state = self.state + 0x9e3779b97f4a7c15
  return mix(self.state)
end

---@param n integer above zero
---@return integer 0 to n - 1
function random:below(n)
  return (self:next() >> 1) % n
end

---@param low integer
---@param high integer not below `low`
---@return integer
function random:between(low, high)
  return low + self:below(high - low + 1)
end

---@param share number 0 never, 1 always
---@return boolean
function random:chance(share)
  return (self:next() >> 11) * 2.0 ^ -53 < share
end

---@generic T
---@param list T[]
---@return T
function random:pick(list)
  return list[1 + self:below(#list)]
end

---@param n integer
---@return string n lower-case hex digits
function random:hex(n)
  local out = {}
  for i = 1, n, 16 do
    out[#out + 1] = string.format("%016x", self:next()):sub(1, math.min(16, n - i + 1))
  end
  return table.concat(out)
end

---@param n integer
---@return string n decimal digits
function random:digits(n)
  local out = {}
  for i = 1, n do
    out[i] = string.char(48 + self:below(10))
  end
  return table.concat(out)
end

---@param n integer
---@return string n letters and digits, as tokens have them
function random:letters(n)
  local out = {}
  for i = 1, n do
    local at = 1 + self:below(#LETTERS)
    out[i] = LETTERS:sub(at, at)
  end
  return table.concat(out)
end

---@return string a version 4 UUID
function random:uuid()
  local h = self:hex(31)
  return table.concat({ h:sub(1, 8), h:sub(9, 12), "4" .. h:sub(13, 15), "a" .. h:sub(16, 18),
    h:sub(19, 30) }, "-")
end

return random
