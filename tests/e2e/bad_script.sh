#!/usr/bin/env bash
# Bad input from people: scripts, project files, command lines, bodies. Each gets a sentence that
# says what, where and what to do, and a right exit code; nothing is sent.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

project "$work/p"
scripted_start "$work/amazon"
# An order that is there already, so that verbs have something to work on.
cat >"$work/amazon/GET.purchaseOrders" <<JSON
200
{"payload":{"orders":[{"purchaseOrderNumber":"GOOD1","orderDetails":{"orderStatus":"NEW","orderDate":"$(date -u +%FT%TZ)",
"shipmentDetails":{"isPslipRequired":false,"shipmentDates":{"requiredShipDate":"$(date -u -d tomorrow +%FT%TZ)"},"shipMethod":"X"},
"shipFromParty":{"partyId":"DEL4"},"shipToParty":{"countryCode":"IN"},"billToParty":{"partyId":"B"},"sellingParty":{"partyId":"ACME1"},
"items":[{"itemSequenceNumber":"1","vendorProductIdentifier":"V1","orderedQuantity":{"amount":2,"unitOfMeasure":"Each"},"netPrice":{"currencyCode":"INR","amount":"1.00"}}]}}]}}
JSON
echo 'poll "orders"' >poll.lua
expect "a good order comes" 0 '' "$DRAY" run -q poll.lua

# script REASON PATTERN TEXT: a script that must fail, with file and line.
script() {
  printf '%s\n' "$3" >bad.lua
  expect "$1" 1 "$2" "$DRAY" run -q bad.lua
}

script "a syntax error has file and line" '^bad\.lua:2: .*near' $'local x = 1\nlocal y = = 2'
expect "check finds it too, without running anything" 1 '^bad\.lua:2: .*near' "$DRAY" check bad.lua
script "an unknown word has file, line and a suggestion" 'bad\.lua:2: .*odrers.*did you mean "orders"' $'\nfor o in odrers {} do end'
script "a global is not set by mistake" 'bad\.lua:1: .*count.*local' 'count = 1'
script "an unknown field of a filter" 'bad\.lua:1: .*stat.*did you mean "state"' 'orders { stat = "new" }'
script "an unknown state of orders" 'bad\.lua:1: .*neww' 'orders { state = "neww" }'
script "an unknown list to poll" 'bad\.lua:1: .*"order"' 'poll "order"'
script "an order that is not there" 'bad\.lua:1: .*NONE1' 'order("NONE1"):accept()'
script "a verb that does not exist" 'bad\.lua:1: .*acept.*did you mean "accept"' 'order("GOOD1"):acept()'
script "a wrong type in a verb names the field" 'bad\.lua:1: .*shippedDate.*5' \
  'order("GOOD1"):confirm { shippedDate = 5 }'
script "a wrong type deep in a verb names its path" \
  'bad\.lua:1: .*containers\[1\]\.packedItems\[1\]\.packedQuantity\.amount.*"two"' \
  'order("GOOD1"):confirm { shippedDate = iso(now()), containers = { { containerIdentifier = "1", weight = { value = "1", unitOfMeasure = "KG" }, packedItems = { { itemSequenceNumber = 1, packedQuantity = { amount = "two" } } } } } }'
script "a mistyped field in a verb has a suggestion" 'bad\.lua:1: .*shipedDate.*did you mean "shippedDate"' \
  'order("GOOD1"):confirm { shipedDate = iso(now()) }'
script "a date without zone is refused" 'bad\.lua:1: .*shippedDate.*zone' \
  'order("GOOD1"):confirm { shippedDate = "2026-11-21T10:00:00" }'
script "a reason that Amazon does not have" 'bad\.lua:1: .*code.*"99"' 'order("GOOD1"):reject { code = "99" }'
script "more than was ordered is refused" 'bad\.lua:1: .*(3|more)' \
  'order("GOOD1"):confirm { shippedDate = iso(now()), containers = { { containerIdentifier = "1", weight = { value = "1", unitOfMeasure = "KG" }, packedItems = { { itemSequenceNumber = 1, packedQuantity = { amount = 3 } } } } } }'
script "a scan of a parcel with Amazon's label" 'bad\.lua:1: .*DEL4.*Amazon' \
  'order("GOOD1"):scan { trackingNumber = "T", meaning = "DELIVERED", statusDateTime = iso(now()) }'
script "a write through call" 'bad\.lua:1: .*submitAcknowledgement' 'call("submitAcknowledgement", {})'
script "an unknown operation of call" 'bad\.lua:1: .*getOrdrs.*did you mean "getOrders"' 'call("getOrdrs", {})'
script "an unknown parameter of call" 'bad\.lua:1: .*creatdAfter.*did you mean "createdAfter"' 'call("getOrders", { creatdAfter = "x" })'
script "a file outside the project" 'bad\.lua:1: .*\.\./p/dray\.lua' 'read_json "../p/dray.lua"'
script "an absolute path outside the project" 'bad\.lua:1: .*/etc/passwd' 'read_csv "/etc/passwd"'
ln -s /etc/passwd link.csv
script "a link that leads out of the project" 'bad\.lua:1: .*link\.csv' 'read_csv "link.csv"'
script "a folder as a file" 'bad\.lua:1: .*state' 'read_json "state"'
script "a file that is not there" 'bad\.lua:1: .*none\.json.*[Nn]o such file' 'read_json "none.json"'
echo '{"orders": {' >cut.json
script "JSON that is cut short, with its place" 'bad\.lua:1: .*cut\.json.*(2|end)' 'read_json "cut.json"'
head -c 100000 /dev/zero | tr '\0' '[' >deep.json
script "JSON that is deeply nested" 'bad\.lua:1: .*deep\.json.*(deep|nest)' 'read_json "deep.json"'
head -c 20000000 /dev/zero | tr '\0' ' ' >huge.json
script "a file that is too large" 'bad\.lua:1: .*huge\.json.*(large|more)' 'read_json "huge.json"'
head -c 1000 /dev/urandom >noise.json
script "a file that is not JSON" 'bad\.lua:1: .*noise\.json' 'read_json "noise.json"'
script "no way to the system" 'bad\.lua:1: .*os' 'os.execute("id")'
script "no other libraries" 'bad\.lua:1: .*require' 'require("socket")'
script "a loop without end is ended" 'bad\.lua:1: ' 'while true do end'
script "a script that eats memory is ended" 'bad\.lua:.*memory' 'local t = {} while true do t[#t + 1] = ("x"):rep(100000) .. #t end'
script "recursion without end is ended" 'bad\.lua:1: .*overflow' 'local function f() return 1 + f() end f()'
script "an error of the script has its line" '^bad\.lua:2: no more glue' $'\nerror("no more glue")'
printf '\033LuaS' >binary.lua
expect "a compiled script" 1 'binary\.lua.*binary' "$DRAY" run -q binary.lua
expect "a script that is not there" 1 'none\.lua.*[Nn]o such file' "$DRAY" run -q none.lua
head -c 1000000 /dev/zero | tr '\0' '\n' >long.lua
expect "a script that is too long" 1 'long\.lua.*256' "$DRAY" run -q long.lua
[ "$(requests "$work/amazon" '^POST /vendor')" = 0 ]
verdict "nothing of all that was sent" $?
"$DRAY" effects >none 2>&1
grep -q 'no effects' none
verdict "a run that fails leaves no effect" $? none

# ---- the project file ----

# mistake REASON PATTERN SED: the project file changed so, checked.
mistake() {
  mkdir -p other
  sed -E "$3" dray.lua >other/dray.lua
  ! cmp -s dray.lua other/dray.lua || not_ok "the change of: $1"
  expect "$1" 1 "$2" "$DRAY" check -C other
}
mistake "a mistyped key has file, line and a suggestion" 'dray\.lua:2: .*sellingPary.*did you mean "sellingParty"' 's/sellingParty/sellingPary/'
mistake "a mistyped key deep in it" 'dray\.lua:2: .*warehouses\.DEL4.*lables.*did you mean "labels"' 's/labels = "amazon"/lables = "amazon"/'
mistake "a wrong type" 'dray\.lua:2: .*sellingParty' 's/"ACME1"/{}/'
mistake "an unknown choice" 'dray\.lua:2: .*program.*(vendor|external)' 's/"vendor"/"vender"/'
mistake "a zone that does not exist" 'dray\.lua:2: .*Asia/Kolkatta' 's/Kolkata/Kolkatta/'
mistake "an unknown word" 'dray\.lua:2: .*acount.*did you mean "account"' 's/^account/acount/'
mistake "a syntax error" 'dray\.lua:[0-9]+: .*near' 's/"ACME1",/"ACME1"/'
mistake "a secret as text in the file" 'dray\.lua:2: .*clientSecret' 's/env "DRAY_CLIENT_SECRET"/"secret"/'
mistake "limits set to nonsense" 'dray\.lua:2: .*limits\.confirm' 's/(sellingParty .*)/\1 limits = { confirm = { -5, per = "1d" } },/'
mistake "a limit without a time" 'dray\.lua:2: .*limits\.confirm' 's/(sellingParty .*)/\1 limits = { confirm = { 5, per = "soon" } },/'
mistake "a batch of nothing" 'dray\.lua:2: .*batch\.labels' 's/(sellingParty .*)/\1 batch = { labels = 0 },/'
mistake "since without a zone" 'dray\.lua:2: .*since.*zone' 's/(sellingParty .*)/\1 since = "2026-11-21T00:00:00",/'
mistake "plain http to the world" 'dray\.lua:2: .*https?' 's/endpoint .*/endpoint = "http:\/\/sellingpartnerapi-eu.amazon.com",/'
mistake "no account at all" 'dray\.lua:1: .*account' 'd;/^$/!d'
rm -r other
expect "an environment variable that is not set" 1 'dray\.lua:2: .*DRAY_ENDPOINT' env -u DRAY_ENDPOINT "$DRAY" check
expect "a secret that is not set is told when it is needed" 1 'DRAY_CLIENT_SECRET' env -u DRAY_CLIENT_SECRET "$DRAY" run -q poll.lua
mkdir -p ../none
expect "no project at all" 1 'no dray\.lua.*--project' env -C / "$DRAY" check
expect "a project folder that is not there" 1 '/nowhere' "$DRAY" check -C /nowhere
echo 'Atzr|in-a-file' >token
sed 's/env "DRAY_REFRESH_TOKEN"/file "token"/' dray.lua >new && mv new dray.lua
chmod 644 token
expect "a token file that others can read is refused" 1 'token.*(chmod|600|others)' "$DRAY" run -q poll.lua
grep -q 'in-a-file' "$work/err"
verdict "and what is in it is not said" $((1 - $?))
chmod 600 token
script "a script does not read the token file" 'bad\.lua:1: .*token' 'read_csv "token"'
rm token
expect "a token file that is not there" 1 'token.*[Nn]o such file' "$DRAY" run -q poll.lua
cp "$root/examples/vendor-day/dray.lua" .

# ---- the command line ----

expect "no command" 2 'usage: dray' "$DRAY"
expect "an unknown command has a suggestion" 2 'did you mean "effects"' "$DRAY" efects
expect "an unknown flag has a suggestion" 2 'did you mean --json' "$DRAY" orders --jsn
expect "a flag without its value" 2 'limit.*value' "$DRAY" orders --limit
expect "a number that is none" 2 'limit.*ten' "$DRAY" orders --limit ten
expect "a number out of range" 2 'port.*99999' "$DRAY" sim --port 99999
expect "a word too many" 2 'too many' "$DRAY" orders everything
expect "a state that does not exist" 2 'effect-state sleeping' "$DRAY" effects -s sleeping
expect "an order that is not there" 1 'NONE1' "$DRAY" explain NONE1
expect "a document that is not there" 1 'no document 999' "$DRAY" documents get 999
expect "a document that is no number" 2 'get x' "$DRAY" documents get x
expect "an account that is not there" 2 'account.*nobody' "$DRAY" call getOrder -a nobody -p purchaseOrderNumber=GOOD1
expect "an unknown fault of the simulator" 2 'lost_sideways' "$DRAY" sim --port 0 --fault lost_sideways=1
for command in 'orders --json' 'explain GOOD1' 'call getOrder -p purchaseOrderNumber=GOOD1' check --help; do
  # shellcheck disable=SC2086
  "$DRAY" $command >/dev/full 2>"$work/err" </dev/null
  code=$?
  [ $code = 1 ] && grep -q 'No space left' "$work/err"
  verdict "dray $command says that it could not write its answer" $? "$work/err"
done

# ---- bodies of dray call ----

# body REASON EXIT PATTERN FILE
body() { expect "$1" "$2" "$3" "$DRAY" call submitAcknowledgement --body "$4"; }
body "a body that is not there" 1 'none\.json.*' none.json
body "a body that is cut short" 1 'model.*' cut.json
body "a body that is deeply nested" 1 'model.*(deep|nest)' deep.json
body "a body that is huge" 1 'huge\.json.*1 MiB' huge.json
body "a body that is not JSON" 1 'model' noise.json
: >empty.json
body "an empty body" 2 'wants a body' empty.json
echo '{"orderAcknowledgements":[{"purchaseOrderNumber":"GOOD1","vendorOrderNumber":5}]}' >wrong.json
body "a wrong type in a body names its path" 1 'orderAcknowledgements\[1\]\.' wrong.json
echo '{"orderAcknowledgments":[]}' >typo.json
body "a mistyped field in a body has a suggestion" 1 'orderAcknowledgments.*did you mean "orderAcknowledgements"' typo.json
echo '[]' >list.json
body "a list as a body" 1 'model.*(object|list)' list.json
expect "a body where none belongs" 2 'takes no body' "$DRAY" call getOrder -p purchaseOrderNumber=GOOD1 --body wrong.json
expect "a parameter that is missing" 2 'createdAfter' "$DRAY" call getOrders
expect "an unknown parameter has a suggestion" 2 'creatdAfter.*did you mean "createdAfter"' "$DRAY" call getOrders -p creatdAfter=x
expect "a parameter without value" 2 'NAME=VALUE' "$DRAY" call getOrder -p purchaseOrderNumber
expect "an order number that is a path" 2 'purchaseOrderNumber' "$DRAY" call getOrder -p purchaseOrderNumber=../../x
expect "an unknown operation has a suggestion" 2 'did you mean getOrders|getOrders' "$DRAY" call getOrdrs
[ "$(requests "$work/amazon" '^POST /vendor')" = 0 ]
verdict "no bad body was sent" $?

summary
