#!/usr/bin/env bash
# A case with Amazon's support: what `dray explain ORDER --case` puts together, and what it keeps to itself.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

amazon=$work/amazon
answers() { printf '%s\n%s\n' "$2" "$3" >"$amazon/$1"; }
order() {
  cat <<JSON
{"purchaseOrderNumber":"$1","orderDetails":{"customerOrderNumber":"302-PERSONAL","orderStatus":"NEW","orderDate":"$(date -u -d '-1 hour' +%FT%TZ)","shipmentDetails":{"isPriorityShipment":false,"isPslipRequired":false,"isGift":false,"shipMethod":"AMZN_US_PRIME","shipmentDates":{"requiredShipDate":"$(date -u +%FT23:59:59Z)"}},"shipFromParty":{"partyId":"DEL4"},"shipToParty":{"name":"Maja Musterfrau","addressLine1":"Geheimgasse 7","countryCode":"IN"},"billToParty":{"partyId":"B"},"sellingParty":{"partyId":"ACME1"},"items":[{"itemSequenceNumber":"1","vendorProductIdentifier":"V1","orderedQuantity":{"amount":2,"unitOfMeasure":"Each"},"netPrice":{"currencyCode":"INR","amount":"1.00"}}]}}
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
run "$DRAY" run -q accept.lua

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
summary
