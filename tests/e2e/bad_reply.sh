#!/usr/bin/env bash
# Bad input from Amazon's side: replies that are cut short, huge, deeply nested, no JSON, or that say
# what cannot be. Each gets a sentence, loses nothing, and the next good answer goes on.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

amazon=$work/amazon
helper scripted >/dev/null # once, before several want it

# order NUMBER [SED]: an order as Amazon lists it, changed by sed.
order() {
  sed -E "s|NUMBER|$1|;${2:-}" <<JSON
{"purchaseOrderNumber":"NUMBER","orderDetails":{"customerOrderNumber":"1","orderStatus":"NEW","orderDate":"$(date -u -d '-1 hour' +%FT%TZ)","shipmentDetails":{"isPriorityShipment":false,"isPslipRequired":false,"isGift":false,"shipMethod":"AMZN","shipmentDates":{"requiredShipDate":"$(date -u +%FT23:59:59Z)"}},"shipFromParty":{"partyId":"DEL4"},"shipToParty":{"name":"Maja Musterfrau","addressLine1":"Geheimgasse 7","countryCode":"IN"},"billToParty":{"partyId":"B"},"sellingParty":{"partyId":"ACME1"},"items":[{"itemSequenceNumber":"1","vendorProductIdentifier":"V1","orderedQuantity":{"amount":2,"unitOfMeasure":"Each"},"netPrice":{"currencyCode":"INR","amount":"1.00"}}]}}
JSON
}

# answers NAME STATUS BODY: what Amazon says from now on.
answers() { printf '%s\n%s\n' "$2" "$3" >"$amazon/$1"; }
orders() { answers GET.purchaseOrders 200 "{\"payload\":{\"orders\":[$1]}}"; }
numbers() { "$DRAY" orders --json 2>/dev/null | sed -E 's/.*"purchaseOrderNumber":"([^"]*)".*/\1/'; }
known() { "$DRAY" orders --json 2>/dev/null | grep -c '"purchaseOrderNumber"' || true; }

# reply REASON PATTERN STATUS BODY [WHOLE]: a poll of orders that must fail with a sentence and keep what
# is there and nothing else, in a project of its own. WHOLE is an order that came complete before the
# answer broke off: it may have been taken.
reply() {
  amazon=$work/amazon
  project "$work/p"
  scripted_start "$amazon"
  echo 'poll "orders"' >poll.lua
  orders "$(order FIRST1)"
  run "$DRAY" run -q poll.lua
  if [ "$4" = huge ]; then huge >"$amazon/GET.purchaseOrders"; else answers GET.purchaseOrders "$3" "$4"; fi
  run "$DRAY" run -q poll.lua
  local found=$code
  [ "$(numbers | grep -vx "${5:-none}")" = FIRST1 ] ||
    not_ok "$1: what was known stays known, and nothing comes beside it"
  code=$found
  said "$1" 1 "$2"
}
huge() {
  printf '200\n{"payload":{"orders":[{"purchaseOrderNumber":"BIG1","filler":"'
  head -c 40000000 /dev/zero | tr '\0' x
  echo '"}]}}'
}
aside reply "JSON that ends in the middle" 'getOrders.*byte 6' 200 '{"payload":{"orders":[{"purchaseOrderNumber":"CUT1","orderDe'
aside reply "an answer that is shorter than announced" 'getOrders.*no whole answer' '200 cut' "{\"payload\":{\"orders\":[$(order CUT2)]}}" CUT2
aside reply "an HTML page" 'getOrders.*HTML' 200 '<html><body>Bad gateway</body></html>'
aside reply "what is no JSON" 'getOrders.*(expected|not an object)' 200 "$(head -c 3000 /dev/urandom | base64)"
aside reply "an empty answer" 'getOrders' 200 ''
aside reply "a list where an object belongs" 'getOrders.*object' 200 '[]'
aside reply "an object where a list belongs" 'getOrders.*orders' 200 '{"payload":{"orders":{"purchaseOrderNumber":"X"}}}'
aside reply "members that are no orders" 'getOrders.*orders.*object' 200 "{\"payload\":{\"orders\":[5,null,\"x\",[],{},$(order GOOD4)]}}"
aside reply "deeply nested objects" 'getOrders.*(deep|nest)' 200 "{\"payload\":{\"orders\":[$(head -c 60000 /dev/zero | sed 's/\x0/{"a":/g')"
aside reply "an order of 40 megabytes" 'getOrders.*(large|long|more)' 200 huge
aside reply "a role that was taken away" 'getOrders.*(denied|role|Unauthorized)' 403 '{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}'
aside reply "a refusal as HTML" 'getOrders.*400' 400 '<html>?</html>'
aside reply "a page token that leads in a circle" 'getOrders.*circle' 200 "{\"payload\":{\"pagination\":{\"nextToken\":\"again==\"},\"orders\":[$(order FIRST1)]}}"
aside reply "Amazon has an outage" 'getOrders.*503' 503 '<html>unavailable</html>'

# login REASON PATTERN STATUS BODY
login() {
  amazon=$work/amazon
  project "$work/p"
  scripted_start "$amazon"
  echo 'poll "orders"' >poll.lua
  orders "$(order LOGIN1)"
  answers POST.token "$3" "$4"
  expect "$1" 1 "$2" "$DRAY" run -q --timeout 20 poll.lua
  grep -rqE 'hush-hush' "$work/err" state
  verdict "$1: no secret is in what was said" $((1 - $?))
  rm "$amazon/POST.token"
  expect "$1: when it is well again the next run goes on" 0 '' "$DRAY" run -q poll.lua
  [ "$(known)" = 1 ]
  verdict "$1: with the order that waited" $?
}
aside login "a refresh token that is not valid any more" 'acme.*(invalid_grant|refresh)' 400 \
  '{"error":"invalid_grant","error_description":"The request has an invalid grant parameter : refresh_token"}'
aside login "a token endpoint that answers HTML" 'acme.*(JSON|HTML)' 200 '<html>Sign in</html>'
aside login "a token endpoint that gives no token" 'acme.*(access_token|token)' 200 '{"token_type":"bearer"}'

# A role that the account has for orders and labels, and not for slips.
doctor() {
  amazon=$work/amazon
  project "$work/p"
  scripted_start "$amazon"
  orders "$(order FIRST1)"
  answers GET.shippingLabels 200 '{"payload":{"shippingLabels":[]}}'
  answers GET.packingSlips 403 '{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}'
  run "$DRAY" doctor
  mv "$work/out" "$work/err"
  said "the doctor names the operation whose role is missing, and what to do" 1 \
    'getPackingSlips *WRONG.*lacks a role.*give the application the role.*authorise it anew'
  grep -qE 'getOrders *ok' "$work/err" && grep -qE 'getShippingLabels *ok' "$work/err"
  verdict "and the operations that are allowed" $? "$work/err"
  ! grep -q 'acme: work' "$work/err"
  verdict "and says nothing of orders before anybody looked for them" $? "$work/err"
  rm "$amazon/GET.packingSlips"
  echo 'poll "orders"' >poll.lua
  orders ''
  run "$DRAY" run -q poll.lua
  run "$DRAY" doctor
  mv "$work/out" "$work/err"
  said "an account without a single order is asked whether it is the right one" 0 \
    'acme: work *look .*the account and the region'
  orders "$(order FIRST1)"
  run "$DRAY" run -q poll.lua
  run "$DRAY" doctor
  ! grep -q 'acme: work' "$work/out"
  verdict "until it has one" $? "$work/out"
}
aside doctor

project "$work/p"
scripted_start "$amazon"
echo 'poll(arg[1])' >poll.lua
DRAY_ENDPOINT=http://127.0.0.1:1 aside expect "a port where nobody listens" 1 '127\.0\.0\.1' \
  "$DRAY" run -q --state state-nobody --timeout 20 poll.lua orders
orders "$(order FIRST1)"
expect "a good list" 0 '' "$DRAY" run -q poll.lua orders

# What one order says wrong does not keep the others from coming.
orders "$(order ../../etc/x),$(order GOOD1)"
expect "an order number that is a path is passed over, with a warning" 0 'letters and digits' "$DRAY" run -q poll.lua orders
[ "$(known)" = 2 ] && ! find "$work" -path '*etc/x*' | grep -q .
verdict "and the order beside it came" $?
orders "$(order GOOD1),$(order GOOD1),$(order GOOD2)"
expect "an order that is listed twice" 0 '' "$DRAY" run -q poll.lua orders
[ "$(known)" = 3 ]
verdict "is one order" $?
orders "{\"purchaseOrderNumber\":\"NODETAIL1\"},$(order GOOD3)"
expect "an order without details is passed over, with a warning" 0 'without details' "$DRAY" run -q poll.lua orders
[ "$(known)" = 4 ]
verdict "and the order beside it came" $?

cat >plan.lua <<'LUA'
poll "orders"
local number, verb = arg[1], arg[2]
local effect, why = order(number)[verb](order(number), verb == "confirm" and { shippedDate = iso(now() - 1000) } or nil)
print(effect and effect.state, why)
LUA
orders "$(order NOPRODUCT1 's/"vendorProductIdentifier":"V1",//')"
expect "an order whose lines lack both product ids" 1 'NOPRODUCT1.*names no product' "$DRAY" run -q plan.lua NOPRODUCT1 accept
orders "$(order ZERO1 's/"amount":2/"amount":0/')"
expect "a quantity of zero" 1 'ZERO1.*no quantity' "$DRAY" run -q plan.lua ZERO1 accept
orders "$(order STRANGE1 's/DEL4/NOWHERE/')"
expect "an order for a warehouse that the project does not name" 1 'NOWHERE.*add it' "$DRAY" run -q plan.lua STRANGE1 accept
orders "$(order DATE1 's/"requiredShipDate":"[^"]*"/"requiredShipDate":"soon"/')"
expect "a date that is none" 0 '' "$DRAY" run -q poll.lua orders
[ "$(requests "$amazon" '^POST /vendor')" = 0 ]
verdict "none of them was acknowledged" $?

# ---- labels ----

orders "$(order LABEL1),$(order LABEL2),$(order LABEL3)"
expect "orders for labels" 0 '' "$DRAY" run -q poll.lua orders
zpl=$(printf '^XA^FO20,20^FDLABEL2^FS^XZ' | base64 -w0)
# label ORDER FORMAT CONTENT [PACKAGE] [TRACKING]
label() {
  printf '{"purchaseOrderNumber":"%s","sellingParty":{"partyId":"ACME1"},"shipFromParty":{"partyId":"DEL4"},"labelFormat":"%s","labelData":[{"packageIdentifier":"%s","trackingNumber":"%s","shipMethod":"M","content":"%s"}]}' \
    "$1" "$2" "${4:-1}" "${5:-T-$1}" "$3"
}
labels() { answers GET.shippingLabels 200 "{\"payload\":{\"shippingLabels\":[$1]}}"; }
documents() { "$DRAY" documents --json 2>/dev/null | grep -c "\"purchaseOrderNumber\":\"$1\"" || true; }

labels "$(label LABEL1 ZPL 'not base64 at all!'),$(label LABEL2 ZPL "$zpl")"
expect "a label that is not base64 names its order" 0 'LABEL1.*base64' "$DRAY" run -q poll.lua labels
[ "$(documents LABEL1)$(documents LABEL2)" = 01 ]
verdict "and the label beside it is kept" $?
labels "$(label LABEL1 ZPL '')"
expect "a label without content" 0 'LABEL1.*(empty|content)' "$DRAY" run -q poll.lua labels
labels "$(label LABEL1 ZPL "${zpl:0:10}")"
expect "a label that is cut short is kept with a warning" 0 'LABEL1' "$DRAY" run -q poll.lua labels
labels "$(label LABEL3 HOLOGRAM "$zpl")"
expect "a label format that nobody knows" 0 'LABEL3.*HOLOGRAM.*ZPL' "$DRAY" run -q poll.lua labels
labels "$(label LABEL3 PNG "$zpl" 2)"
expect "a label that is not what Amazon says" 0 'LABEL3.*PNG.*ZPL' "$DRAY" run -q poll.lua labels
labels "$(label STRANGER1 ZPL "$zpl")"
expect "a label for an order that nobody knows" 0 'not seen.*STRANGER1' "$DRAY" run -q poll.lua labels
labels "$(label ../../etc/x ZPL "$zpl" ../../../y)"
expect "a label whose names are paths" 0 'not seen' "$DRAY" run -q poll.lua labels
labels "$(label LABEL2 ZPL "$(printf '^XA^FDother^FS^XZ' | base64 -w0)" ../../../../y)"
expect "a package whose name is a path" 0 '' "$DRAY" run -q poll.lua labels
find state/documents -type f | grep -vqE '^state/documents/[0-9]{4}-[0-9]{2}-[0-9]{2}/[0-9]+\.[a-z]+$'
verdict "no file name ever comes from the network" $((1 - $?))
run "$DRAY" check --records
said "what is recorded is whole" 0 ''

# ---- answers to writes ----

cat >accept.lua <<'LUA'
poll "orders"
order(arg[1]):accept()
settle { timeout = "2s" }
LUA
# write REASON EXIT PATTERN ORDER STATE
write() {
  orders "$(order "$4")"
  expect "$1" "$2" "$3" "$DRAY" run -q accept.lua "$4"
  "$DRAY" effects -o "$4" --json | grep -q "\"state\":\"$5\""
  verdict "$1: the effect is $5" $? "$work/err"
  "$DRAY" effects -o "$4" >"$work/effects"
  [ "$(requests "$amazon" '^POST /vendor/directFulfillment/orders')" = "$sent" ]
  verdict "$1: one request" $? "$work/effects"
  sent=$((sent + 1))
}
sent=1
answers GET.purchaseOrders.status 200 '{"payload":{"orders":[]}}'
answers POST.acknowledgements 202 '{"payload":{"transactionId":"no-guid: ../../x"}}'
write "a transaction id that is no GUID" 0 '' WRITE1 accepted
answers POST.acknowledgements 202 '{"payload":{}}'
write "a 202 without transaction" 3 '' WRITE2 unknown
answers POST.acknowledgements 202 '<html>thank you</html>'
write "a 202 that is HTML" 3 '' WRITE3 unknown
answers POST.acknowledgements 500 '{"errors":[{"code":"InternalFailure","message":"oops"}]}'
write "a 500" 3 '' WRITE4 unknown
answers POST.acknowledgements '202 cut' '{"payload":{"transactionId":"20261121'
write "an answer that is cut short" 3 '' WRITE5 unknown
answers POST.acknowledgements '202 close' ''
write "no answer" 3 '' WRITE6 unknown
answers POST.acknowledgements 400 '{"errors":[{"code":"InvalidInput","message":"Maja Musterfrau of Geheimgasse 7 is wrong, Atza|leaked"}]}'
write "a refusal" 3 'WRITE7.*InvalidInput' WRITE7 rejected
answers POST.acknowledgements 403 '{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}'
write "a missing role" 3 'WRITE8.*(role|denied)' WRITE8 held
! grep -rq 'Atza|leaked' "$work/err" state
verdict "a token in Amazon's own words is not kept" $?

gather
summary
