-- Every word of dray with every kind of value, where nothing is set up for it.
-- says: ok
local junk = { 0, -1, 1.5, 0 / 0, 1 / 0, "", "x", true, {}, { {} }, print, null, math.maxinteger, ("x"):rep(100000),
  setmetatable({}, { __index = function() error("asked") end, __tostring = function() error("told") end }) }
for _, word in ipairs { array, iso, instant, duration, date, now, sleep, parallel, log.info, log.warn, log.error,
  log.debug, tostring, tonumber, type, select, ipairs, pairs, error, assert, pcall, try, setmetatable } do
  for _, a in ipairs(junk) do
    pcall(word, a)
    for _, b in ipairs(junk) do
      if word ~= sleep then pcall(word, a, b) end
    end
  end
  pcall(word)
end
