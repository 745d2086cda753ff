-- generateShipLabels: a label per package, behind a URL that expires; asked for again, the same
-- one; made anew only on purpose. A 200 can hold packages that have none.

local query = require("sim.query")
local refusal = require("sim.refusal")
local shipment_options = require("sim.shipment_options")
local shipment_state = require("sim.shipment_state")
local shipments = require("sim.shipments")

local shipment_labels = {}

---@class sim.ShipLabel
---@field tracking string
---@field carrier string
---@field option? table
---@field content string base64
---@field void boolean

local TYPES = { ZPL = "x.application/zpl", PNG = "image/png", PDF = "application/pdf" }

local function content_of(sim, shipment, tracking, carrier)
  local documents, format = sim.settings.documents, shipment.location.format
  if format == "ZPL" then
    return documents.zpl(shipment.id, tracking, carrier)
  elseif format == "PNG" then
    return documents.png(shipment.id, tracking)
  end
  return documents.pdf("Label " .. shipment.id, { tracking, carrier })
end

--- Makes a package's label; one that it had is void.
---@param sim sim.Amazon
---@param shipment sim.Shipment
---@param package sim.Package
---@param option? table
---@param courier? { carrierName: string, trackingId: string }
function shipment_labels.make(sim, shipment, package, option, courier)
  shipment_state.void_label(package)
  local carrier = courier and courier.carrierName or shipment.shipping == "SELF" and "OWN" or "ATS"
  local tracking = courier and courier.trackingId or sim.world:tracking_number("35")
  package.label = { tracking = tracking, carrier = carrier, option = option, void = false,
    content = content_of(sim, shipment, tracking, carrier) }
  package.status = "SHIPLABEL_GENERATED"
end

local FAILED = { code = "00001", message = "A temporary failure occurred.", details = "" }

-- Why a package gets no label this time.
local function bad_luck(sim, call, package)
  if call.fault == "label_failed" then
    return true
  end
  local first = not package.tried
  package.tried = true
  return first and sim.chance:chance(sim.settings.share.label_fails)
end

-- Amazon's test data still has the older form.
local function outcome(sim, ok)
  if sim.settings.label_outcome == "isErrored" then
    return { isErrored = not ok }
  end
  return { status = ok and "SUCCESS" or "FAILURE" }
end

local function failed_element(sim, package)
  local element = outcome(sim, false)
  element.packageId, element.errorDetails = package.body.id, FAILED
  return element
end

local function url_of(sim, call, shipment, label)
  local file = { content = label.content, type = TYPES[shipment.location.format] }
  local url = sim.files:url(call.host, file, call.now)
  return call.fault == "plain_http" and url:gsub("^http://[^/]+", "http://labels.example", 1) or url
end

local function element_of(sim, call, shipment, package)
  local label, option = package.label, package.label.option
  local element = outcome(sim, true)
  element.packageId = package.body.id
  element.fileData = { url = url_of(sim, call, shipment, label) }
  element.shipLabelMetadata = {
    carrierName = label.carrier,
    trackingId = label.tracking,
    shippingOptionId = option and option.shippingOptionId,
    pickupWindow = option and option.pickupWindow,
    timeSlot = option and option.timeSlot,
  }
  return element
end

local function check_courier(shipment, ids, courier)
  local wanted = shipment.location.program == "self_ship" and shipment.location.courier
  if wanted and not courier then
    refusal.input("courierSupportedAttributes is missing")
  elseif courier and not wanted then
    refusal.input("courierSupportedAttributes is for THIRD_PARTY_CARRIER only")
  elseif courier and #ids > 1 then
    refusal.input("courierSupportedAttributes is for one package")
  end
end

-- The packages that a call is about: those it names, else all.
local function chosen_packages(shipment, call)
  local wanted = call.body and call.body.packageIds or {}
  if #wanted == 0 then
    return shipment.packages
  end
  local out = {}
  for i, id in ipairs(wanted) do
    out[i] = shipments.package(shipment, id)
    if not out[i] then
      shipment_state.not_found("packageId is not known: " .. id)
    end
  end
  return out
end

local function check_ready(shipment, packages, word)
  if #packages == 0 then
    shipment_state.unprocessable("the shipment is " .. shipment.status)
  elseif shipment.needs_invoice and not shipment.invoice then
    shipment_state.unprocessable("the invoice is missing")
  end
  for _, package in ipairs(packages) do
    local over = shipment_state.rank(package.status) > 4
    if word == "REGENERATE" and (over or not package.label) then
      shipment_state.unprocessable("there is no label to make anew for package " .. package.body.id)
    elseif over and not package.label then
      shipment_state.unprocessable("the package is " .. package.status)
    end
  end
end

-- The options of all packages first, so that nothing is made when one of them is refused.
local function options_of(sim, call, shipment, packages, word)
  local out = {}
  for i, package in ipairs(packages) do
    if not package.label or word == "REGENERATE" and call.params.shippingOptionId then
      out[i] = shipment_options.chosen(sim.world, shipment, package, call.params.shippingOptionId)
    else
      out[i] = package.label.option
    end
  end
  return out
end

-- Where a parcel with a label waits.
local function waiting(option)
  if not option then
    return nil
  end
  return option.pickupWindow and "PENDING_PICKUP" or "PENDING_DROP_OFF"
end

-- One package's element of the reply; a label is made where there is none, or on purpose.
local function serve_package(sim, call, shipment, package, word, option)
  if package.label and word == "GENERATE" then
    return element_of(sim, call, shipment, package), false
  elseif bad_luck(sim, call, package) then
    call.failed[package.body.id] = FAILED
    return failed_element(sim, package), false
  end
  shipment_labels.make(sim, shipment, package, option,
    call.body and call.body.courierSupportedAttributes)
  return element_of(sim, call, shipment, package), true
end

-- The shipment of a call and the packages it is about, when all is well with them.
local function admitted(call, word)
  local shipment = shipment_state.open(call)
  local packages = chosen_packages(shipment, call)
  check_courier(shipment, packages, call.body and call.body.courierSupportedAttributes)
  check_ready(shipment, packages, word)
  return shipment, packages
end

--- generateShipLabels.
---@param sim sim.Amazon
---@param call sim.Call
---@return integer status, string json
function shipment_labels.generate(sim, call)
  query.only(call.params, { operation = true, shippingOptionId = true })
  local word = query.choice(call.params, "operation", { "GENERATE", "REGENERATE" })
    or refusal.input("query parameter operation is missing")
  local shipment, packages = admitted(call, word)
  local options = options_of(sim, call, shipment, packages, word)
  local elements, any = {}, false
  call.failed = {}
  for i, package in ipairs(packages) do
    local made
    elements[i], made = serve_package(sim, call, shipment, package, word, options[i])
    any = any or made
  end
  if any then
    shipment_state.follow(shipment, call.now, waiting(options[1]))
    sim.outside:labelled(shipment)
  end
  return 200, '{"packageShipLabelList":' .. sim.json:array(elements) .. "}"
end

return shipment_labels
