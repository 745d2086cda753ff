#!/usr/bin/env bash
# Shipments of all three programs over real HTTP, one process a step, so that each step finds what the
# one before it left; and every way back: a changed package, a label that Amazon takes back, a customer
# who cancels, another tool that does the steps, a label's file that is none.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/project"
cd "$work/project" || exit 1
cat >dray.lua <<'LUA'
local quick = { rate = 100, burst = 50 }
account "seller" {
  program = "external",
  endpoint = env "DRAY_ENDPOINT",
  zone = "Asia/Kolkata",
  rates = { getShipments = quick, getShipment = quick, processShipment = quick, createPackages = quick,
    updatePackage = quick, updatePackageStatus = quick, retrieveShippingOptions = quick,
    generateInvoice = quick, generateShipLabels = quick },
  credentials = { clientId = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET", refreshToken = env "DRAY_SELLER_TOKEN" },
}
LUA
# step.lua WORD ID...: a step of each of these shipments, all at once; fails unless each is proved.
cat >step.lua <<'LUA'
local all = read_json "floor.json".shipments
poll { "shipments", "progress" }

local function proved(effect, why)
  local state = effect and effect:wait()
  assert(state == "succeeded", effect and state .. ": " .. effect.why or why)
end
local function courier(s)
  local couriers = all[s.shipmentId].couriers
  return { courierSupportedAttributes = couriers and couriers["1"] }
end

local steps = {
  confirm = function(s) proved(s:confirm()) end,
  pack = function(s) proved(s:create_packages { packages = all[s.shipmentId].packages }) end,
  options = function(s) proved(s:shipping_options "1") end,
  invoice = function(s)
    if s.invoice_required then proved(s:generate_invoice()) end
  end,
  label = function(s)
    local fields = courier(s)
    fields.packageIds = { "1" }
    proved(s:generate_labels(fields))
  end,
  ship = function(s) proved(s:mark_shipped "1") end,
  change = function(s)
    proved(s:update_package("1", { weight = { value = "777", weightUnit = "G" } }))
    assert(#s.labels == 0 and s.state == "package_created", s.state)
  end,
  rest = function(s)
    assert(s:process { ship = false, packages = all[s.shipmentId].packages,
      labels = courier })
    assert(#s.labels == 1)
  end,
  refused = function(s)
    local ok, why = s:process {}
    assert(not ok and why == "the shipment is cancelled", why)
  end,
}

local todo, word = {}, nil
for _, one in ipairs(arg) do
  if steps[one] then word = one else todo[#todo + 1] = { word, one } end
end
parallel(todo, function(one) steps[one[1]](shipment(one[2])) end, { limit = 50 })
LUA
sim_start . --orders 0 --shipments 21 --plain --speed instant --seed 3 --rate 200 --floor floor.json
echo 'poll "shipments"' >look.lua
run "$DRAY" run -q look.lua
"$DRAY" shipments --json >shipments.json
# nth N: the Nth shipment of each location that the floor packs; nth N PLACE: that of one.
nth() {
  local place id
  for place in ${2:-XBLR DEFAULT SELF}; do
    sed -nE 's/.*"shipmentId":"([^"]*)".*"location":"'"$place"'".*/\1/p' shipments.json | while read -r id; do
      [ "$(json floor.json "it.shipments['$id'].decision == 'pack' and 1 or 0")" = 0 ] || echo "$id"
    done | sed -n "$1p"
  done
}
# steps REASON WORD ID... WORD ID...
steps() {
  local reason=$1
  shift
  run "$DRAY" run -q step.lua "$@"
  verdict "$reason" "$code" "$work/err"
}
# amazon PATH FIELD VALUE ID...: something happens to these shipments at Amazon.
amazon() {
  local path=$1 field=$2 value=$3 id
  shift 3
  for id in "$@"; do
    sim_tell "/sim/$path" "{\"shipmentId\":\"$id\",\"$field\":\"$value\"}" >>told
  done
}
# at FIELD ID...: what Amazon has of their packages, each once.
at() {
  local field=$1
  shift
  sim_get /sim/shipments now.json
  IDS=$* FIELD=$field lua5.4 -e 'local field = os.getenv("FIELD")
    for _, s in ipairs(require("cjson").decode(io.read("a")).shipments) do
      if os.getenv("IDS"):find(s.shipmentId, 1, true) then
        local value = s.packages[1] and s.packages[1][field]
        print(math.tointeger(value) or value)
      end
    end' <now.json | sort -u
}

read -r -d '' -a stepwise < <(nth 1)
read -r -d '' -a changed < <(nth 2)
read -r -d '' -a early < <(nth 3)
read -r -d '' -a moved < <(nth 4)
read -r -d '' -a unlabelled < <(nth 5 DEFAULT && nth 6 DEFAULT)
files=$(nth 5 XBLR)

amazon move to PACKAGE_CREATED "${moved[@]}"
steps "the first steps of all three programs, and what another tool began, go on where they stand" \
  confirm "${stepwise[@]}" "${early[@]}" "$files" rest "${changed[@]}" "${moved[@]}" "${unlabelled[@]}"
first=$(at trackingId "${unlabelled[@]}")
amazon cancel because "" "${early[@]}" "${moved[@]}"
amazon unlabel subStatus LABEL_CANCELED "${unlabelled[0]}"
amazon unlabel subStatus PENDING_SCHEDULE "${unlabelled[1]}"
steps "a cancellation between two steps ends it, a package that is changed loses its label, a label that Amazon took back is made anew" \
  pack "${stepwise[@]}" "$files" change "${changed[@]}" refused "${early[@]}" "${moved[@]}" rest "${unlabelled[@]}"
[ "$(at trackingId "${unlabelled[@]}" | grep -cxF "$first")" = 0 ] && [ "$(at voided "${unlabelled[@]}")" = 1 ]
verdict "the new labels are others, at Amazon too" $? now.json
for id in "${moved[@]}"; do "$DRAY" explain "$id"; done >explained
[ "$(grep -c 'shipment.cancelled: .*-> cancelled: its label was made; pull the parcel' explained)" = 3 ]
verdict "what was cancelled after its label must be pulled, and explain says so" $? explained
for id in "${early[@]}"; do "$DRAY" explain "$id"; done >explained
[ "$(grep -c 'shipment.cancelled: .*-> cancelled$' explained)" = 3 ]
verdict "but not what was cancelled before" $? explained

steps "options are asked for, and the changed packages get everything anew" \
  options "${stepwise[@]}" rest "${changed[@]}" invoice "$files"
[ "$(at voided "${changed[@]}")" = 1 ]
verdict "each of the first labels is void at Amazon, once" $? now.json
"$DRAY" documents --all --json | grep -E "$(IFS='|' && echo "${changed[*]}")" | grep -c '"void":true' >count
[ "$(cat count)" -ge 2 ] # the own courier's is the same again
verdict "and here" $? count
steps "invoices are made" invoice "${stepwise[@]}"
sim_tell /sim/faults '{"faults":[{"operation":"labelFile","kind":"redirects","nth":[1]},
  {"operation":"labelFile","kind":"page","nth":[2]},{"operation":"labelFile","kind":"gone","nth":[3]}]}' >told
steps "a label's URL that redirects, answers a page or has expired is asked for again" \
  label "${stepwise[@]}" "$files"
for id in "${stepwise[@]}" "$files"; do "$DRAY" explain "$id"; done >explained
grep -q 'its URL leads elsewhere (HTTP 302)' explained && grep -q 'is no label' explained &&
  grep -q 'its URL answered HTTP 403' explained
verdict "and explain says each" $? explained
! grep -rqaE 'sim-files|X-Amz-' state "$work/out" "$work/err" explained
verdict "and its address stands nowhere" $?
steps "parcels are reported as shipped" ship "${stepwise[@]}"
case $(at status "${stepwise[@]}") in SHIPPED | DELIVERED) true ;; *) false ;; esac
verdict "and are so at Amazon" $? now.json

sim_get /sim/ledger ledger.json
[ "$(json ledger.json 'it.totals.processed.again + it.totals.packages.again + it.totals.shipped.again')" = 0 ]
verdict "each thing was told once" $? ledger.json
[ "$(json ledger.json 'it.files.with_token')" = 0 ]
verdict "no token went with a label's URL" $? ledger.json
summary
