-- A token, a restricted token and the first page of orders, nothing else.
local DAY = duration "1d"
local page = call("getOrders", {
  createdAfter = iso(now() - 2 * DAY),
  createdBefore = iso(now()),
  limit = 100,
})
print(page.orders[1].purchaseOrderNumber)
