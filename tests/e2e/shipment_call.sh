#!/usr/bin/env bash
# The ten operations of External Fulfillment by `dray call`, over HTTP: one shipment from its list to
# its label, whose URL leads back to the simulator and wants no token.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/project"
cd "$work/project" || exit 1
cat >dray.lua <<'LUA'
account "seller" {
  program = "external",
  endpoint = env "DRAY_ENDPOINT",
  credentials = { clientId = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET", refreshToken = env "DRAY_SELLER_TOKEN" },
}
LUA
sim_start . --orders 0 --shipments 1 --program easy_ship --speed instant --seed 4 --floor floor.json

run "$DRAY" call getShipments -p status=ACCEPTED -p maxResults=10 -p locationId=DEFAULT
id=$(sed -nE 's/.*"id":"(D[0-9A-Za-z]{7})".*/\1/p' "$work/out")
said "shipments are listed by status and location" 0 ''
[ -n "$id" ]
verdict "the shipment is on the list" $? "$work/out"

id=$id lua5.4 -e 'local json = require("cjson")
  local floor = json.decode(io.read("a")).shipments[os.getenv("id")]
  io.write(json.encode({ packages = floor.packages }))' <floor.json >packages.json
lua5.4 -e 'local json = require("cjson")
  io.write(json.encode(json.decode(io.read("a")).packages[1]))' <packages.json >package.json
echo '{"status":"SHIPPED"}' >shipped.json

# status WANTED: how the shipment stands now.
status() {
  sim_get /sim/shipments now.json
  lua5.4 -e 'print(require("cjson").decode(io.read("a")).shipments[1].status)' <now.json >status
  [ "$(cat status)" = "$1" ]
  verdict "then it is $1" $? status now.json
}

# step REASON OPERATION ARGUMENTS...: a call about the shipment that must succeed.
step() {
  local reason=$1
  shift
  expect "$reason" 0 '' "$DRAY" call "$1" -p "shipmentId=$id" "${@:2}"
}

step "it is confirmed without a body" processShipment -p operation=CONFIRM
status CONFIRMED
step "its packages are made" createPackages -b packages.json
status PACKAGE_CREATED
step "a package is changed by a PUT" updatePackage -p packageId=1 -b package.json
step "its pick-up slots are asked for" retrieveShippingOptions -p packageId=1
[ "$(json "$work/out" '#it.shippingOptions')" = 4 ]
verdict "there are four of them" $? "$work/out"
step "its invoice is made" generateInvoice
cp "$work/out" invoice.json
step "and fetched again" retrieveInvoice
cmp -s "$work/out" invoice.json
verdict "the invoice is the same one" $? "$work/out" invoice.json
step "its label is made" generateShipLabels -p operation=GENERATE
url=$(sed -nE 's/.*"url":"([^"]*)".*/\1/p' "$work/out")
[ "${url#"$sim_url/sim-files/"}" != "$url" ]
verdict "the label's URL leads to the simulator, on its port" $? "$work/out"
! grep -rqaE 'sim-files|X-Amz-' state "$work/err"
verdict "its address is in the answer only, not in what is kept or said beside it" $? "$work/err"
sim_get "${url#"$sim_url"}" label.pdf && head -c 5 label.pdf | grep -q '^%PDF-'
verdict "and to a document" $? label.pdf
step "it is reported as shipped by a PATCH" updatePackageStatus -p packageId=1 -b shipped.json
status SHIPPED
step "and read as a whole" getShipment
grep -q '"status":"SHIPPED"' "$work/out"
verdict "as Amazon has it" $? "$work/out"
expect "a shipment that is not there is not found" 1 '404 NotFound' \
  "$DRAY" call getShipment -p shipmentId=Dnone
expect "what breaks Amazon's model does not leave" 1 'status: expected "CREATED"' \
  "$DRAY" call updatePackageStatus -p "shipmentId=$id" -p packageId=1 -b <(echo '{"status":"GONE"}')

sim_get /sim/ledger ledger.json
grep -q '"with_token":0' ledger.json
verdict "no token went with a label's URL" $? ledger.json
[ "$(json ledger.json 'it.operations.updatePackageStatus.calls')" = 1 ]
verdict "each call left once" $? ledger.json
summary
