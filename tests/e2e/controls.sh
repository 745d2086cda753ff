#!/usr/bin/env bash
# What a person decides: hold, release, retry, settle, freeze, thaw, adopt, and writes = "observe".
# With right words and wrong ones; what became of it is read from dray and from Amazon's own ledger.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# How many acknowledgements, confirmations … Amazon was told of.
told() {
  sim_get /sim/ledger "$work/ledger"
  json "$work/ledger" "it.totals.${1:-acknowledgement}.told"
}

# In which state the effects are: states "waiting waiting held"
states() {
  local got
  got=$("$DRAY" effects --json | sed -E 's/.*"state":"([^"]*)".*/\1/' | tr '\n' ' ')
  [ "$got" = "$1 " ] || { echo "states: $got" >"$work/err"; return 1; }
}

field() { sed -nE '1s/.*"'"$1"'":"?([^",}]*)"?.*/\1/p'; }

project "$work/project"
cat >accept.lua <<'LUA'
poll "orders"
for order in orders { state = "new" } do order:accept() end
LUA
echo 'poll "orders"' >poll.lua
sim_start . --orders 4 --speed instant --floor floor.json

# ---- the words on the command line ----

for command in hold release retry settle freeze thaw adopt report orders completion; do
  run "$DRAY" "$command" --help
  [ "$code" = 0 ] && head -1 "$work/out" | grep -q "^usage: dray $command" && [ ! -s "$work/err" ]
  verdict "dray $command --help says how it is used" $? "$work/err"
done
expect "a hold without a reason is refused" 2 '--why TEXT is missing' "$DRAY" hold 1
expect "a reason of blanks is none" 2 '--why TEXT is missing' "$DRAY" hold 1 --why '  '
expect "a freeze without a reason is refused" 2 '--why TEXT is missing' "$DRAY" freeze
expect "an adoption without a reason is refused" 2 '--why TEXT is missing' "$DRAY" adopt PO1
expect "a reason of a page is refused" 2 'at most 400 bytes' "$DRAY" hold 1 --why "$(printf '%0500d' 0)"
expect "a hold of nothing is refused" 2 'wants EFFECT' "$DRAY" hold --why x
expect "an effect is named by its number" 2 '"12a": expected the number' "$DRAY" hold 12a --why x
expect "effects are named or selected, not both" 2 'not both' "$DRAY" hold 1 --order PO1 --why x
expect "an unknown effect is said so" 1 'no effect 99' "$DRAY" hold 99 --why x
expect "an unknown order is said so" 1 'no order or shipment PO1' "$DRAY" hold --order PO1 --why x
expect "an unknown warehouse is said so, with the nearest" 1 'did you mean "DEL4"' \
  "$DRAY" hold --warehouse DEL5 --why x
expect "settle wants to know what is known" 2 '--as succeeded' "$DRAY" settle 1 --why x
expect "settle knows three ends" 2 'expected succeeded, failed or cancelled' \
  "$DRAY" settle 1 --as done --why x
expect "settle takes an end or an answer, not both" 2 '--as succeeded' \
  "$DRAY" settle 1 --as failed --answer a.json --why x
expect "an answer is for one effect" 2 'one effect at a time' "$DRAY" settle 1 2 --answer a.json --why x
expect "an answer that is not there is said so" 1 'a.json: No such file' \
  "$DRAY" settle 1 --answer a.json --why x
echo '{"containers": [' >a.json
expect "an answer that is no JSON is said so" 1 '^dray settle: a.json: ' \
  "$DRAY" settle 1 --answer a.json --why x
cd "$work" || exit 1
expect "outside of a project nothing can be decided" 1 'no dray.lua here' "$DRAY" freeze --why x
cd project || exit 1

# ---- freeze and thaw ----

expect "everything is frozen" 0 '' "$DRAY" freeze --why "stock-taking"
expect "what is frozen is not frozen again" 1 'everything is frozen already' "$DRAY" freeze --why x
expect "an unknown warehouse is not frozen" 1 'did you mean "DEL4"' "$DRAY" freeze DEL5 --why x
expect "a warehouse can be frozen, too" 0 '' "$DRAY" freeze DEL4 --why "no carrier"
expect "a run says first that nothing is sent" 0 'everything is frozen since 2.*dray thaw' \
  "$DRAY" run -q accept.lua
states "waiting waiting waiting waiting" && "$DRAY" effects | grep -q 'frozen: nothing is sent until'
verdict "frozen effects wait and say for what" $? "$work/err"
[ "$(told)" = 0 ]
verdict "nothing of what is frozen was sent" $? "$work/err"
expect "what is not frozen is not thawed" 1 'warehouse BER3 is not frozen' "$DRAY" thaw BER3 --why x

# ---- hold, release, retry ----

expect "effects are held, an unknown one is refused" 1 'no effect 99' "$DRAY" hold 1 99 --why "count it"
grep -q '^1 .* held  *held by .*: count it$' "$work/out" && states "held waiting waiting waiting"
verdict "one that cannot be held does not stop the others" $? "$work/out" "$work/err"
expect "what is held is not held again" 1 'is held; only what was not sent yet can be held' \
  "$DRAY" hold 1 --why x
expect "all of a warehouse are held" 0 '' "$DRAY" hold --warehouse BER3 --json --why "strike"
[ "$(grep -c '"was":"waiting","state":"held"' "$work/out")" = 2 ]
verdict "what became of each is an object a line" $? "$work/out"
expect "what is not held cannot be released" 1 'is waiting; only what is held' "$DRAY" release 2 --why x
expect "what was not refused cannot be tried again" 1 'only what is held, failed' "$DRAY" retry 2 --why x
expect "what waits cannot be settled" 1 'only what is held, unknown or accepted' \
  "$DRAY" settle 2 --as failed --why x
expect "thawed, a warehouse that is frozen by itself stays so" 0 '' "$DRAY" thaw --why done
grep -q 'some are frozen by themselves' "$work/out"
verdict "thaw says what else is frozen" $? "$work/out"
expect "the warehouse is thawed" 0 '' "$DRAY" thaw DEL4 --why done
states "held ready held held"
verdict "thawed effects may be sent, held ones stay" $? "$work/err"
run "$DRAY" run -q poll.lua
said "a run with held effects says so by its exit code" 3 ''
[ "$(told)" = 1 ]
verdict "only what is not held was sent" $? "$work/err"
states "held accepted held held"
verdict "a run waits for the answer to what it sent" $? "$work/err"
expect "a release by the script that planned them" 0 '' "$DRAY" release --rule accept.lua --why "strike is over"
states "ready accepted ready ready"
verdict "all that the script planned and was held is released" $? "$work/err"
expect "no script of that name planned anything" 0 'nothing was changed' \
  "$DRAY" release --rule cept.lua --why x
po=$("$DRAY" effects --json | field purchaseOrderNumber)
"$DRAY" explain "$po" >explained
who=$(logname 2>/dev/null || id -un)
grep -q "decision.hold (effect 1): count it, by $who" explained &&
  grep -q "decision.release (effect 1): strike is over, by $who" explained
verdict "explain tells who decided, and why" $? explained
own=$("$DRAY" orders --warehouse BER3 --json | field purchaseOrderNumber)
grep -q 'address masked by Amazon, whose label is used' explained && ! "$DRAY" explain "$own" | grep -q masked
verdict "an address that Amazon masks is said to be masked, and no other" $? explained
expect "an effect is held until a person knows" 0 '' "$DRAY" hold 1 --why "the customer calls"
expect "a person settles it" 0 '' "$DRAY" settle 1 --as cancelled --why "the customer called"
run "$DRAY" run -q poll.lua
[ "$(told)" = 3 ]
verdict "what was settled as cancelled is never sent, what was released is sent once" $? "$work/err"
expect "an effect at its end stays there" 1 'is cancelled; only' "$DRAY" settle 1 --as failed --why x
run "$DRAY" run -q accept.lua
said "the order is there to be accepted anew" 0 ''
expect "an older effect of the same order is not tried again beside the newer" 1 'is cancelled; only' \
  "$DRAY" retry 1 --why x
[ "$(told)" = 4 ]
verdict "the new acceptance was sent" $? "$work/err"

# ---- somebody else owns the state ----

cat >long.lua <<'LUA'
sleep "10m"
LUA
"$DRAY" run -q long.lua >/dev/null 2>&1 </dev/null &
long=$!
wait=0
until [ -S state/socket ] || [ $wait -gt 200 ]; do
  wait=$((wait + 1))
  sleep 0.05
done
expect "a running dray is in the way of another, and is named" 1 "another dray \(process $long\) owns" \
  "$DRAY" run -q long.lua
expect "a running dray freezes everything when it is asked to" 0 '' "$DRAY" freeze --why "no carrier"
expect "and says what it cannot do" 1 'dray freeze: everything is frozen already' "$DRAY" freeze --why x
run "$DRAY" orders
said "what it decided is there for who looks" 0 ''
expect "and thaws it" 0 '' "$DRAY" thaw --why "a carrier came"
grep -q '^all warehouses: thawed' "$work/out"
verdict "what the running dray says of it is said here" $? "$work/out"
run "$DRAY" report today
said "a report only looks, and needs no owner" 0 ''
kill -INT $long
wait $long 2>/dev/null

# ---- what a person must answer ----

cat >boxes.lua <<'LUA'
local floor = read_json(arg[1]).orders
poll "orders"
for order in orders { state = "new", warehouse = "DEL4" } do
  local report = floor[order.purchaseOrderNumber]
  if report and report.decision == "pack" and #report.boxes == 2 then
    order:accept()
    order:request_label()
    order:confirm { shippedDate = report.pickedUpAt }
    print(order.purchaseOrderNumber)
    break
  end
end
settle()
LUA
sim_stop
rm -rf state
sim_start . --orders 30 --speed instant --floor floor.json
run "$DRAY" run -q boxes.lua floor.json
said "an order with two labels and no word of its boxes is held" 3 ''
po=$(cat "$work/out")
held=$("$DRAY" effects -s held --json | field id)
expect "a release does not answer the question" 3 'which box holds what' "$DRAY" release "$held" --why x
echo '[]' >a.json
expect "an answer is an object of Amazon's fields" 1 'expected an object' \
  "$DRAY" settle "$held" --answer a.json --why x
echo '{"container": []}' >a.json
expect "an answer with an unknown field is refused" 1 'unknown field "container"' \
  "$DRAY" settle "$held" --answer a.json --why x
cat >half.lua <<'LUA'
-- The containers of an order as its floor packed them; with "half", without the last box.
local boxes = {}
for i, box in ipairs(read_json("floor.json").orders[arg[1]].boxes) do
  local items = {}
  for n, item in ipairs(box.items) do
    items[n] = ('{"itemSequenceNumber":%d,"packedQuantity":{"amount":%d}}'):format(item.line, item.quantity)
  end
  boxes[i] = ('{"containerIdentifier":"%s","weight":{"value":"%s","unitOfMeasure":"KG"},"packedItems":[%s]}')
    :format(box.box, box.weight.value, table.concat(items, ","))
end
if arg[2] == "half" then boxes[#boxes] = nil end
print('{"containers":[' .. table.concat(boxes, ",") .. "]}")
LUA
"$DRAY" run -q half.lua "$po" half >a.json
expect "an answer that leaves something unpacked is refused, with the line" 1 'packed in all boxes' \
  "$DRAY" settle "$held" --answer a.json --why x
"$DRAY" effects -s held --json | grep -q "\"id\":$held,"
verdict "a refused answer changes nothing" $?
"$DRAY" run -q half.lua "$po" whole >a.json
code=0
"$DRAY" settle "$held" --answer - --why "asked the floor" <a.json >"$work/out" 2>"$work/err" || code=$?
said "the right answer releases it, also from stdin" 0 ''
run "$DRAY" run -q poll.lua
[ "$(told confirmation)" = 1 ]
verdict "the answered confirmation was sent once" $? "$work/err"
sim_stop

# ---- orders from before `since` ----

sim_start . --orders 3 --speed instant --floor floor.json
rm -rf state
cp dray.lua plain.lua
sed 's/^  sellingParty.*/&\n  since = "2100-01-01T00:00Z",/' plain.lua >dray.lua
run "$DRAY" run -q poll.lua
po=$("$DRAY" orders --json | field purchaseOrderNumber)
[ -n "$po" ]
verdict "orders from before since are shown" $? "$work/err"
echo "order('$po'):accept()" >one.lua
expect "an old order is left alone" 1 'older than the account.s .since.*dray adopt' "$DRAY" run -q one.lua
expect "a person takes it over" 0 '' "$DRAY" adopt "$po" --why "ours now"
expect "what is taken over is not taken over again" 1 'nothing to adopt' "$DRAY" adopt "$po" --why x
expect "an unknown order cannot be taken over" 1 'no order or shipment PO1' "$DRAY" adopt PO1 --why x
expect "an order taken over is worked on" 0 '' "$DRAY" run -q one.lua
[ "$(told)" = 1 ]
verdict "and only that one" $? "$work/err"
sim_stop

# ---- writes = "observe" ----

sim_start . --orders 3 --speed instant --floor floor.json
rm -rf state
sed 's/labels = /writes = "observe", &/' plain.lua >dray.lua
expect "a run says first that it only observes" 0 'nothing is sent for .*DEL4.*observe' \
  "$DRAY" run -q accept.lua
[ "$(wc -l <"$work/err")" = 1 ]
verdict "in one line" $? "$work/err"
states "planned planned planned" && [ "$(told)" = 0 ]
verdict "everything is planned, nothing is sent" $? "$work/err"
expect "not even for a person" 1 'writes = "observe", nothing is sent' "$DRAY" release 1 --why x
cp plain.lua dray.lua
expect "live, a run says what is still only planned" 0 'stays planned until' "$DRAY" run -q poll.lua
[ "$(told)" = 0 ]
verdict "what was planned while observing does not leave by itself" $? "$work/err"
expect "a person lets it go" 0 '' "$DRAY" release 1 --why "we are live"
run "$DRAY" run -q poll.lua
[ "$(told)" = 1 ]
verdict "then it is sent" $? "$work/err"
expect "a script that asks again in earnest sends the rest" 0 'stays planned until' "$DRAY" run -q accept.lua
[ "$(told)" = 3 ]
verdict "each order is acknowledged" $? "$work/err"
sim_tell /sim/orders '{"count": 1}' >/dev/null
expect "a new order is planned to be accepted, frozen" 0 '' "$DRAY" freeze --why x
run "$DRAY" run -q accept.lua
expect "and may be sent" 0 '' "$DRAY" thaw --why x
sed 's/labels = /writes = "observe", &/' plain.lua >dray.lua
run "$DRAY" run -q poll.lua
[ "$(told)" = 3 ]
verdict "what was ready when observing began stays here" $? "$work/err"
sim_tell /sim/orders '{"count": 1}' >/dev/null
run "$DRAY" run -q accept.lua
expect "what would have been done is reported" 0 '' "$DRAY" report --observed --json
tail -1 "$work/out" | grep -q '"totals":{"orders":2,"same":0,"different":0,"notYet":2,"unseen":0}'
verdict "people have done nothing yet" $? "$work/out"
sim_tell /sim/cancel "{\"purchaseOrderNumber\":\"$("$DRAY" effects -s planned --json | field purchaseOrderNumber)\"}" >/dev/null
echo 'poll "cancelled"' >cancelled.lua
run "$DRAY" run -q cancelled.lua
expect "beside what people did" 0 '' "$DRAY" report --observed
grep -qE ' acknowledge +accept +[0-9:]+ +cancelled +[0-9:]+ +different +accept.lua$' "$work/out" &&
  grep -q '^2 orders: 0 steps the same, 1 different, 1 not yet done by people, 0 unseen$' "$work/out"
verdict "which was something else for one" $? "$work/out"
expect "a day on which nothing was planned says so" 0 'nothing was planned without being sent' \
  "$DRAY" report 2001-01-01 --observed

summary
