-- Every accepted order, from the list to the proved confirmation, as many in a submission as the
-- project file's `batch` allows.
poll "orders"
local list = orders { state = "accepted" }
for order in list do
  order:request_label()
  order:confirm { shippedDate = iso(now()) }
end
local states = settle()
print(("%d orders, %d effects succeeded"):format(#list, states.succeeded or 0))
