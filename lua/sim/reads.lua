-- Amazon's lists and single reads: orders, labels, packing slips, customer invoices, transactions.
-- A handler gives the JSON text of the payload.

local orders = require("sim.orders")
local page = require("sim.page")
local query = require("sim.query")
local refusal = require("sim.refusal")
local transactions = require("sim.transactions")

local reads = {}

local LIST_PARAMETERS = {
  createdAfter = true, createdBefore = true, shipFromPartyId = true, limit = true, sortOrder = true,
  nextToken = true,
}

local ORDER_PARAMETERS = { status = true, includeDetails = true }
for name in pairs(LIST_PARAMETERS) do
  ORDER_PARAMETERS[name] = true
end

local function listing(sim, call, list, max)
  local params = call.params
  local after, before = query.window(params, call.now)
  return {
    name = call.operation.name,
    list = list,
    after = after,
    before = before,
    limit = query.limit(params, max),
    descending = query.choice(params, "sortOrder", { "ASC", "DESC" }) == "DESC",
    filters = page.filters(params, { nextToken = true, limit = true }),
    token = params.nextToken,
    empty = sim.chance:chance(sim.settings.empty_pages),
  }
end

local function from_party(params, order)
  return not params.shipFromPartyId or order.warehouse.code == params.shipFromPartyId
end

-- {"pagination":{…},"<name>":[…]}
local function list_text(sim, name, list, encode)
  local elements, token = page.take(list)
  local texts = {}
  for i, element in ipairs(elements) do
    texts[i] = encode(element)
  end
  local pagination = token and sim.json:encode({ nextToken = token }) or "{}"
  return ('{"pagination":%s,"%s":'):format(pagination, name) .. sim.json.list(texts) .. "}"
end

local function own_order(call)
  local order = call.account.orders[call.id]
  if not order then
    refusal.not_found("purchaseOrderNumber is not known")
  end
  return order
end

function reads.getOrders(sim, call)
  query.only(call.params, ORDER_PARAMETERS)
  local params, account = call.params, call.account
  local status = query.choice(params, "status", { "NEW", "SHIPPED", "ACCEPTED", "CANCELLED" })
  local details = query.choice(params, "includeDetails", { "true", "false" }) ~= "false"
  local list = listing(sim, call, account.list, sim.settings.page_max)
  if status and account.counts[status] == 0 then
    list.list = {}
  end
  list.keep = function(order)
    return (not status or order.status == status) and from_party(params, order)
  end
  return list_text(sim, "orders", list, function(order)
    return orders.text(order, sim.json, details)
  end)
end

function reads.getOrder(sim, call)
  query.only(call.params, {})
  return orders.text(own_order(call), sim.json, true)
end

function reads.getShippingLabels(sim, call)
  query.only(call.params, LIST_PARAMETERS)
  local list = listing(sim, call, call.account.labels, sim.settings.page_max)
  list.keep = function(label)
    return not label.stale and from_party(call.params, label.order)
  end
  return list_text(sim, "shippingLabels", list, function(label)
    return sim.papers:label(label)
  end)
end

function reads.getShippingLabel(sim, call)
  query.only(call.params, {})
  local order = own_order(call)
  if not order.label then
    refusal.not_found("there is no shipping label yet")
  end
  return sim.papers:label(order.label)
end

local function paper_list(sim, call, name, list, max, encode)
  query.only(call.params, LIST_PARAMETERS)
  local pages = listing(sim, call, list, max)
  pages.keep = function(paper)
    return from_party(call.params, paper.order)
  end
  return list_text(sim, name, pages, function(paper)
    return encode(sim.papers, paper.order)
  end)
end

function reads.getPackingSlips(sim, call)
  return paper_list(sim, call, "packingSlips", call.account.slips, sim.settings.page_max,
    sim.papers.slip)
end

function reads.getPackingSlip(sim, call)
  query.only(call.params, {})
  local order = own_order(call)
  if not order.slip_ready then
    refusal.not_found("there is no packing slip")
  end
  return sim.papers:slip(order)
end

-- The model allows 100 a page, the use case guide 10: the smaller one is enforced.
function reads.getCustomerInvoices(sim, call)
  return paper_list(sim, call, "customerInvoices", call.account.invoices, 10, sim.papers.invoice)
end

function reads.getCustomerInvoice(sim, call)
  query.only(call.params, {})
  local order = own_order(call)
  if not order.invoice_ready then
    refusal.not_found("there is no customer invoice")
  end
  return sim.papers:invoice(order)
end

function reads.getTransactionStatus(sim, call)
  query.only(call.params, {})
  local t = transactions.find(sim.world, call.account.id, call.id)
  if not t then
    refusal.not_found("transactionId is not known")
  end
  return sim.json:encode(transactions.status(t))
end

return reads
