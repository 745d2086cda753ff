#!/usr/bin/env bash
# What a case with Amazon's support needs: `dray explain ORDER --case`, what it puts together and what it keeps
# to itself, and `dray report --methods`, which says whether one ship method fails or all of them do.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

amazon=$work/amazon
answers() { printf '%s\n%s\n' "$2" "$3" >"$amazon/$1"; }
order() {
  cat <<JSON
{"purchaseOrderNumber":"$1","orderDetails":{"customerOrderNumber":"302-PERSONAL","orderStatus":"NEW","orderDate":"$(date -u -d '-1 hour' +%FT%TZ)","shipmentDetails":{"isPriorityShipment":false,"isPslipRequired":false,"isGift":false,"shipMethod":"${2:-AMZN_US_PRIME}","shipmentDates":{"requiredShipDate":"$(TZ=Asia/Kolkata date +%F)T23:59:59+05:30"}},"shipFromParty":{"partyId":"DEL4"},"shipToParty":{"name":"Maja Musterfrau","addressLine1":"Geheimgasse 7","countryCode":"IN"},"billToParty":{"partyId":"B"},"sellingParty":{"partyId":"ACME1"},"items":[{"itemSequenceNumber":"1","vendorProductIdentifier":"V1","orderedQuantity":{"amount":2,"unitOfMeasure":"Each"},"netPrice":{"currencyCode":"INR","amount":"1.00"}}]}}
JSON
}

project "$work/p"
scripted_start "$amazon"
cat >accept.lua <<'LUA'
-- Until a second look has found nothing: the third one asks for the transaction.
poll "orders"
order "CASE1":accept()
settle { timeout = "5s" }
LUA
answers GET.purchaseOrders 200 "{\"payload\":{\"orders\":[$(order CASE1),$(order CASE2)]}}"
answers GET.purchaseOrders.status 200 '{"payload":{"orders":[]}}'
answers POST.acknowledgements 202 '{"payload":{"transactionId":"T-1"}}'
answers GET.transactions 404 '{"errors":[{"code":"ResourceNotFound","message":"no such transaction"}]}'
# On a busy machine that may take another turn.
for _ in 1 2 3; do
  run "$DRAY" run -q accept.lua
  ! "$DRAY" explain CASE1 --case | grep -q asked || break
done

# case_says REASON PATTERN: a line of the text matches.
case_says() {
  grep -qE -- "$2" "$work/out"
  verdict "$1" $? "$work/out" "$work/err"
}

expect "a case is told for one order" 0 '' "$DRAY" explain CASE1 --case
case_says "it says whose order it is, in Amazon's words" \
  '^Direct Fulfillment at http://127.*, vendor code ACME1, application amzn1'
case_says "it names order, warehouse and ship method" \
  '^Purchase order CASE1, warehouse DEL4, created .*Z, ship by .*Z, status NEW, ship method AMZN_US_PRIME$'
case_says "each request has its operation and how it stands" '^submitAcknowledgement, accept: sent 1 time, accepted$'
case_says "with the ids of Amazon's answer" 'accepted, request id scripted, transaction id T-1'
case_says "a question that Amazon did not answer is evidence, too" \
  'asked, operation getTransactionStatus, request id scripted: .*404 ResourceNotFound: no such transaction'
run "$DRAY" explain CASE1
case_says "the story of the order has it as well" '^.* lookup\.failed \(effect 1\): .*404 ResourceNotFound'

expect "a person decides" 0 '' "$DRAY" settle 1 --as failed --why "Maja from the desk saw it in Vendor Central"
expect "the case is told again" 0 '' "$DRAY" explain CASE1 --case
grep -qE 'Maja|Vendor Central|Musterfrau|Geheimgasse|302-PERSONAL|hush|Atza' "$work/out"
verdict "no customer, no token, nothing that people wrote is in it" $((1 - $?)) "$work/out"
expect "an order of which nothing was sent has no request in its case" 0 '' "$DRAY" explain CASE2 --case
[ "$(grep -c 'sent' "$work/out")" = 0 ]
verdict "and says so by saying nothing" $? "$work/out"
expect "an order that is not there" 1 'NONE1' "$DRAY" explain NONE1 --case
expect "a case is for people" 2 'text for people' "$DRAY" explain CASE1 --case --json

# ---- by ship method ----

# Asks for an order's label, whatever comes of it.
cat >label.lua <<'LUA'
poll { "orders", "accepted" }
local o = order(arg[1])
o:accept()
o:request_label()
settle { timeout = "5s" }
LUA
listed() { answers "$1" 200 "{\"payload\":{\"orders\":[$2]}}"; }
accepted() { sed 's/"orderStatus":"NEW"/"orderStatus":"ACCEPTED"/'; }
orders="$(order GOOD1 AMZN_GROUND | accepted),$(order BAD1 AMZL_NEXT | accepted),$(order BAD2 AMZL_NEXT | accepted)"
listed GET.purchaseOrders "$orders"
listed GET.purchaseOrders.status "$orders"
zpl=$(printf '^XA^FO20,20^FDGOOD1^FS^XZ' | base64 -w0)
answers POST.shippingLabels 202 '{"payload":{"transactionId":"T-2"}}'
answers GET.shippingLabels 200 "{\"payload\":{\"shippingLabels\":[{\"purchaseOrderNumber\":\"GOOD1\",\"sellingParty\":{\"partyId\":\"ACME1\"},\"shipFromParty\":{\"partyId\":\"DEL4\"},\"labelFormat\":\"ZPL\",\"labelData\":[{\"packageIdentifier\":\"1\",\"trackingNumber\":\"T1\",\"shipMethod\":\"AMZN_GROUND\",\"content\":\"$zpl\"}]}]}}"
run "$DRAY" run -q label.lua GOOD1
answers POST.shippingLabels 400 '{"errors":[{"code":"INTERNAL_SERVER_ERROR","message":"no label"}]}'
for order in BAD1 BAD2; do run "$DRAY" run -q label.lua "$order"; done
expect "the day's requests for labels are counted by ship method" 0 '' "$DRAY" report --methods
grep -qE '^AMZN_GROUND +1 +1 +0 +0 +[0-9]+ +[0-9]+' "$work/out" &&
  grep -qE '^AMZL_NEXT +2 +0 +2 +0 +- +- +.*INTERNAL_SERVER_ERROR' "$work/out"
verdict "and the method that fails stands beside the one that does not, with Amazon's words" $? "$work/out"
expect "the same for programs" 0 '' "$DRAY" report --methods --json
json <(grep AMZL_NEXT "$work/out") 'it.requests == 2 and it.failed == 2 and it.labels == 0 and 1' >/dev/null
verdict "in numbers" $? "$work/out"
expect "two reports at once are refused" 2 'two reports' "$DRAY" report --methods --observed
expect "a day without any" 0 'no label was asked for' "$DRAY" report 2001-01-01 --methods
summary
