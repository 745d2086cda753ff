#!/usr/bin/env bash
# Tokens and client secrets are nowhere: not in the state folder, not in what is said, not in a core.
# What is personal is not in what is said, nor in the log, nor in a trace (laws 9 and 10).
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# In this shell's own memory, so that they stand in no file that is searched.
secret=hush-hush-client-secret refresh='Atzr|hush-hush-refresh-token' access='Atza|hush-hush-access-token'
restricted='Atz.sprdt|hush-hush-restricted-token' fragment=hush-hush

# nowhere REASON TEXT FOLDER...: no file holds it, in any encoding that is plain.
nowhere() {
  local reason=$1 text=$2
  shift 2
  grep -rlaF -- "$text" "$@" >"$work/found" 2>/dev/null
  [ ! -s "$work/found" ]
  verdict "$reason" $? "$work/found"
}

# ---- a whole day at the simulator, whose tokens are like Amazon's ----

project "$work/day"
sim_start "$work" --orders 30 --speed instant --floor "$work/day/floor.json" \
  --fault expired=0.05 --fault 500=0.02 --fault html=0.02 || exit 1
"$DRAY" run --timeout 5 day.lua floor.json >said 2>&1 </dev/null
sim_tell /sim/faults '{"faults":[]}' >"$work/told"
for command in orders effects documents report check 'check --records' \
  'call getOrders -p createdAfter=2026-01-01T00:00:00Z -p createdBefore=2026-01-02T00:00:00Z'; do
  # shellcheck disable=SC2086
  "$DRAY" $command >>said 2>&1 </dev/null
done
for number in $("$DRAY" orders --json | sed -nE 's/.*"purchaseOrderNumber":"([^"]*)".*/\1/p'); do
  "$DRAY" explain "$number" >>said 2>&1
  "$DRAY" explain "$number" --json >>said 2>&1
done
[ "$(wc -l <said)" -gt 300 ]
verdict "dray has much to say" $?
for token in 'Atza|' 'Atzr|' 'Atz.sprdt|'; do
  nowhere "no $token in what is said and what is kept" "$token" said state
done
# What the simulator's labels name, and what its orders would.
for text in 'SAMPLE RECIPIENT' 'EXAMPLE STREET' 'addressLine1' 'shipToParty'; do
  nowhere "no \"$text\" in what is said" "$text" said
done
grep -rlaq 'SAMPLE RECIPIENT' state/documents
verdict "though the labels name them" $?
sim_stop

# ---- credentials that stand out, and orders with names in them ----

amazon=$work/amazon
mkdir -p "$amazon"
cat >"$amazon/GET.purchaseOrders" <<JSON
200
{"payload":{"orders":[{"purchaseOrderNumber":"NAMED1","orderDetails":{"customerOrderNumber":"302-PERSONAL","orderStatus":"NEW","orderDate":"$(date -u -d '-1 hour' +%FT%TZ)","shipmentDetails":{"isPriorityShipment":false,"isPslipRequired":false,"isGift":true,"giftMessage":"Love, Secret Admirer","shipMethod":"AMZN","shipmentDates":{"requiredShipDate":"$(date -u +%FT23:59:59Z)"}},"shipFromParty":{"partyId":"DEL4"},"shipToParty":{"name":"Maja Musterfrau","addressLine1":"Geheimgasse 7","phone":"+49 30 1234567","countryCode":"IN"},"billToParty":{"partyId":"B"},"sellingParty":{"partyId":"ACME1"},"items":[{"itemSequenceNumber":"1","vendorProductIdentifier":"V1","orderedQuantity":{"amount":1,"unitOfMeasure":"Each"},"netPrice":{"currencyCode":"INR","amount":"1.00"}}]}}]}}
JSON
printf '200\n{"access_token":"%s","refresh_token":"%s","token_type":"bearer","expires_in":3600}' "$access" "$refresh" >"$amazon/POST.token"
printf '200\n{"restrictedDataToken":"%s","expiresIn":3600}' "$restricted" >"$amazon/POST.restrictedDataToken"
printf '400\n{"errors":[{"code":"InvalidInput","message":"%s, %s","details":"see https://x.example/label?X-Amz-Signature=hush-hush-signature"}]}' \
  "$access" "$restricted" >"$amazon/POST.acknowledgements"
printf '200\n{"payload":{"shippingLabels":[{"purchaseOrderNumber":"NAMED1","sellingParty":{"partyId":"ACME1"},"shipFromParty":{"partyId":"DEL4"},"labelFormat":"PNG","labelData":[{"packageIdentifier":"1","content":"%s"}]}]}}' \
  "$(printf 'Maja Musterfrau, Geheimgasse 7' | base64)" >"$amazon/GET.shippingLabels"
scripted_start "$amazon"
DRAY_CLIENT_SECRET=$secret DRAY_REFRESH_TOKEN=$refresh
project "$work/named"
cat >named.lua <<'LUA'
poll { "orders", "labels" }
for o in orders {} do
  log.info("an order", { purchaseOrderNumber = o.purchaseOrderNumber, name = o.body.shipToParty.name })
  o:accept()
end
settle { timeout = "1s" }
try(function() call("getOrder", { purchaseOrderNumber = "NAMED1" }) end)
error("the end")
LUA
run "$DRAY" run named.lua
cat "$work/out" "$work/err" >said
{ "$DRAY" explain NAMED1; "$DRAY" explain NAMED1 --json; "$DRAY" effects; "$DRAY" effects --json; "$DRAY" report; "$DRAY" orders --json; } >>said 2>&1
grep -q 'NAMED1' said && grep -q InvalidInput said
verdict "a day with names, refusals and broken labels is told" $? said
nowhere "no token, no secret, no presigned URL in what is said and what is kept" "$fragment" said state
for text in Musterfrau Geheimgasse 1234567 'Secret Admirer' 302-PERSONAL; do
  nowhere "no \"$text\" in what is said" "$text" said
done
if command -v sqlite3 >/dev/null; then
  sqlite3 state/dray.db 'SELECT what, detail FROM log; SELECT why, evidence FROM effect; SELECT error FROM run' >log 2>&1
  nowhere "nothing personal in the log, nor in the reasons of effects" Musterfrau log
fi

# ---- a core ----

printf 'poll "orders"\nsleep "20s"\n' >wait.lua
(
  ulimit -c unlimited
  exec "$DRAY" run -q wait.lua
) >/dev/null 2>&1 </dev/null &
pid=$!
for ((i = 0; i < 100; i++)); do
  [ "$(requests "$amazon" '^GET')" -lt 4 ] || break
  sleep 0.05
done
sleep 0.2
tr '\0' '\n' <"/proc/$pid/cmdline" >said
kill -ABRT $pid
{ wait $pid; } 2>/dev/null
code=$?
find . -maxdepth 1 -name 'core*' >dumps
nowhere "no secret on the command line" "$fragment" said
[ $code = 134 ] && [ ! -s dumps ]
verdict "who dies of a signal leaves no core with tokens in it" $? dumps

summary
