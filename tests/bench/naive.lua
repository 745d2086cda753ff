-- Every accepted order by itself, 16 at a time: ask for its label, wait until it is there, confirm,
-- wait until that is proved.
poll "orders"
local list = orders { state = "accepted" }
local function ship(order)
  order:request_label():wait()
  return order:confirm({ shippedDate = iso(now()) }):wait()
end
local states = parallel(list, ship, { limit = 16 })
local proved = 0
for _, state in ipairs(states) do
  proved = proved + (state == "succeeded" and 1 or 0)
end
print(("%d orders, %d confirmations succeeded"):format(#list, proved))
