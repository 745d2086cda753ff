#!/usr/bin/env bash
# `dray serve` and `dray once`: lists are asked by themselves, orders go their way, other commands
# reach the owner through its socket, and it ends as it should: by a signal, by a kill, by a full stop.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

proved() { [ "$("$DRAY" effects -s succeeded --json 2>/dev/null | wc -l)" -ge "$1" ]; }
told() {
  sim_get /sim/ledger "$work/ledger"
  json "$work/ledger" "it.totals.acknowledgement.told"
}

project "$work/project"
sed -i 's/^  sellingParty.*/&\n  poll = { orders = "1s", accepted = "1s" },/' dray.lua
cat >accept.lua <<'LUA'
poll "orders"
for order in orders { state = "new" } do order:accept() end
LUA
sim_start . --orders 4 --speed instant --floor floor.json

# ---- once ----

expect "a dry run looks at what Amazon has" 0 'nothing would be done' "$DRAY" once --dry-run
[ ! -e state ] && [ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'dray-??????' -newer dray.lua)" ]
verdict "and leaves nothing behind" $?
run "$DRAY" once -q
said "once asks what there is, and ends" 0 ''
[ "$("$DRAY" orders --json | wc -l)" = 4 ]
verdict "the orders are there" $?
expect "orders are held back by a freeze" 0 '' "$DRAY" freeze --why "not yet"
run "$DRAY" run -q accept.lua
"$DRAY" thaw --why "now" >/dev/null
run "$DRAY" once -q
[ "$(told)" = 4 ]
verdict "once sends what is ready" $? "$work/err"

# ---- serve ----

run "$DRAY" orders --json
po=$(sed -nE '1s/.*"purchaseOrderNumber":"([^"]*)".*/\1/p' "$work/out")
sim_tell /sim/orders '{"count": 2}' >/dev/null
"$DRAY" freeze --why "no carrier" >/dev/null
run "$DRAY" run -q accept.lua
serve
grep -qE '^dray serve: 1 account, 0 rules; sends for (BER3, DEL4|DEL4, BER3)$' "$work/serve"
verdict "serve says for whom it works" $? "$work/serve"
[ "$(stat -c %a state/socket)" = 600 ]
verdict "only its user may open its socket" $?
expect "a second serve says who owns the state" 1 "another dray \(process $server\) owns" "$DRAY" serve
[ "$(told)" = 4 ]
verdict "nothing leaves while everything is frozen" $?
expect "a thaw reaches the running dray" 0 '' "$DRAY" thaw --why "the carrier is back"
eventually 30 proved 6
verdict "and what was frozen is sent and proved, without a restart" $? "$work/serve"
sim_tell /sim/orders '{"count": 1}' >/dev/null
orders_there() { [ "$("$DRAY" orders --json | wc -l)" = "$1" ]; }
eventually 30 orders_there 7
verdict "a new order is found by itself" $? "$work/serve"

expect "what is refused there is refused here" 1 "dray hold: there is no effect 99" "$DRAY" hold 99 --why x
expect "words are checked before anybody is asked" 2 'expected the number of an effect' "$DRAY" hold 1a --why x
echo '[]' >answer.json
expect "a file is read by who names it" 1 'answer.json: expected an object' \
  "$DRAY" settle 1 --answer answer.json --why x
for i in 1 2 3 4 5 6 7 8; do "$DRAY" adopt "$po" --why "$i" >/dev/null 2>"$work/adopt$i" & done
wait $(jobs -p | grep -v "^$server$" | grep -v "^$sim_pid$") 2>/dev/null
[ "$(cat "$work"/adopt? | grep -c 'nothing to adopt')" = 8 ]
verdict "many may ask at once, each has its answer" $? "$work"/adopt?

expect "a dry run goes beside a running dray" 0 'nothing would be done' "$DRAY" once -n

# ---- scripts and calls beside it ----

mkdir -p below
cat >below/words.lua <<'LUA'
print(arg[1], #orders {})
if arg[2] then sleep(arg[2]) end
LUA
cd below || exit 1
run "$DRAY" run -q words.lua hello
[ "$code" = 0 ] && [ "$(cat "$work/out")" = "$(printf 'hello\t7')" ]
verdict "a script runs within the dray that serves, and what it prints is here" $? "$work/out" "$work/err"
cd ..
echo 'order("NONE"):accept()' >bad.lua
expect "its mistake has file and line here, too" 1 'bad.lua:1: .*NONE' "$DRAY" run -q bad.lua
expect "its time can be over" 1 'the time for this run is over' "$DRAY" run -q --timeout 1 below/words.lua x 1h
"$DRAY" run -q below/words.lua x 1h >"$work/out" 2>"$work/err" </dev/null &
client=$!
running() { "$DRAY" runs --json | head -1 | grep -q '"state":"running"'; }
eventually 30 running
kill -INT $client
code=0
wait $client || code=$?
said "Ctrl-C ends a script over there" 1 'interrupted'
echo '{"orderAcknowledgements": []}' >body.json
expect "a write of one's own goes by the running dray" 1 '^dray call: submitAcknowledgement: 400' \
  "$DRAY" call submitAcknowledgement --unchecked --body body.json
grep -q '"errors"' "$work/out"
verdict "and Amazon's answer is here" $? "$work/out"

stop KILL
[ -S state/socket ]
verdict "a kill leaves the socket" $?
expect "without its owner a command works alone" 0 '' "$DRAY" freeze --why "killed"
serve
grep -q 'everything is frozen' "$work/serve"
verdict "serve begins again with what was decided meanwhile" $? "$work/serve"
expect "and takes the place of the one that was killed" 0 '' "$DRAY" thaw --why "back"
stop TERM
[ $code = 0 ] && grep -q '^dray serve: stopped' "$work/serve" && [ ! -e state/socket ]
verdict "a signal ends it well, and its socket" $? "$work/serve"
run "$DRAY" check --records
said "what it leaves is whole" 0 ''
[ "$(told)" = 6 ]
verdict "each order was acknowledged once" $?

# ---- events over HTTP ----

# http LINE... : a POST to the public port with more header lines; the answer in $work/answer.
http() {
  local body=$1 head=''
  shift
  for line in "$@"; do head+="$line"$'\r\n'; done
  exec 9<>"/dev/tcp/127.0.0.1/$port"
  printf 'POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
    "${where:-/v1/events}" "$head" "${#body}" "$body" >&9
  cat <&9 >"$work/answer"
  exec 9>&-
}
answered() { grep -q "^HTTP/1.1 $1 " "$work/answer" && grep -qE -- "$2" "$work/answer"; }

"$DRAY" thaw --why "carrier is there" >/dev/null 2>&1
serve --listen 0
port=$(sed -nE 's/.*127\.0\.0\.1:([0-9]+).*/\1/p' "$work/serve")
[ "$(stat -c %a state/token)" = 600 ]
verdict "the token is for its user only" $?
at=$(date -u -d '5 minutes ago' +%FT%TZ)
picked='{"event": "picked_up", "order": "'$po'", "at": "'$at'"}'
http "$picked"
answered 401 'Authorization: Bearer TOKEN'
verdict "without the token nothing is taken" $? "$work/answer"
http "$picked" "Authorization: Bearer $(tr '0-9a-f' '1-9a-f0' <state/token)"
answered 401 ''
verdict "nor with another" $? "$work/answer"
token="Authorization: Bearer $(cat state/token)"
http '{"event": "picked_up", "order": "'$po'", "at": "'$at'", "id": "scan-1"}' "$token"
answered 200 '"results":\[\{"event":"picked_up","outcome":"taken","id":[0-9]+\}\]'
verdict "a report is taken, and answered when it is durable" $? "$work/answer"
http '{"event": "picked_up", "order": "'$po'", "at": "'$at'", "id": "scan-1"}' "$token"
answered 200 '"outcome":"same"'
verdict "a repeated one changes nothing" $? "$work/answer"
http '[{"event": "picked_up", "order": "NOBODY", "at": "'$at'"}, {"event": "piked_up", "order": "'$po'"}]' "$token"
answered 400 '"error":"\[2\].*did you mean' && [ -z "$("$DRAY" events --waiting --json 2>/dev/null)" ]
verdict "of a list with a mistake nothing is taken, and the mistake is named" $? "$work/answer"
http '{"event": ' "$token"
answered 400 '"error":'
verdict "what is no JSON is refused with a sentence" $? "$work/answer"
where=/v1/command http "" "$token"
answered 404 ''
verdict "commands are not taken there" $? "$work/answer"
post=$(helper post)
echo "$picked" | sed 's/}$/, "id": "scan-2"}/' | "$post" state/socket /v1/events >"$work/answer"
answered 200 '"outcome":"taken"'
verdict "the owner's socket takes reports as well" $? "$work/answer"
echo "nonsense" | "$post" state/socket /v1/command >"$work/answer"
answered 409 'another: start that dray again'
verdict "what is no command is refused" $? "$work/answer"
stop TERM
! grep -q "$(cat state/token)" "$work/serve"
verdict "the token is in no message" $?

# ---- rules ----

sim_stop
rm -rf state
sim_start . --orders 3 --speed instant --floor floor.json
mkdir rules
printf 'rules "rules/*.lua"\n' >>dray.lua
cat >rules/floor.lua <<'LUA'
rule {
  name = "accept all",
  on = "order.new",
  run = function(e) e.order:accept() end,
}
LUA
effects_of() { "$DRAY" effects --json | grep -c "\"verb\":\"$1\"" || true; }
grown() { [ "$(effects_of "$1")" -ge "$2" ]; }
run "$DRAY" once --dry-run --json
[ "$code" = 0 ] && [ "$(grep -c '"verb":"accept","state":"would be sent"' "$work/out")" = 3 ]
verdict "a dry run shows what the rules would do" $? "$work/out" "$work/err"
[ "$(told)" = 0 ] && [ ! -e state ]
verdict "and does nothing of it" $?
run "$DRAY" once -q
[ "$code" = 0 ] && [ "$(told)" = 3 ]
verdict "once runs the rules" $? "$work/err"
expect "without a running dray there is nothing to reload" 1 'no dray runs here' "$DRAY" reload
serve
grep -q '1 account, 1 rule; ' "$work/serve"
verdict "serve says how many rules it runs" $? "$work/serve"
cp rules/floor.lua good.lua
sed -i 's/on = /onn = /' rules/floor.lua
expect "rules with a mistake are not taken" 1 'rules/floor.lua:[0-9]+: .*did you mean "on"' "$DRAY" reload
grep -q 'the old rules go on' "$work/err"
verdict "and what becomes of the old ones is said" $?
sim_tell /sim/orders '{"count": 1}' >/dev/null
eventually 30 grown accept 4
verdict "the old rules go on" $? "$work/serve"
kill -HUP "$server"
eventually 30 grep -q 'nothing was changed, the old rules go on' "$work/serve"
verdict "SIGHUP reads them as well, and says what is wrong" $? "$work/serve"
sed 's/accept all/refuse all/; s/:accept()/:reject { code = "03" }/' good.lua >rules/floor.lua
expect "right ones are taken at once" 0 '' "$DRAY" reload
sim_tell /sim/orders '{"count": 1}' >/dev/null
eventually 30 grown reject 1
verdict "and decide from then on" $? "$work/serve"
cp dray.lua before.lua
echo 'event "damaged" { fields = { what = "text" } }' >>dray.lua
run "$DRAY" reload
[ "$code" = 0 ] && grep -q 'dray.lua: read again' "$work/out"
verdict "dray.lua is read again, too" $? "$work/out" "$work/err"
po=$("$DRAY" orders --json | sed -nE '1s/.*"purchaseOrderNumber":"([^"]*)".*/\1/p')
expect "and what it declares can be reported" 0 '' "$DRAY" event damaged --order "$po" --json '{"what":"corner"}'
sed -i 's/sellingParty *= *"[^"]*"/sellingParty = "OTHER"/' dray.lua
expect "what an account is needs a restart" 1 'sellingParty is another one; that needs a restart' "$DRAY" reload
cp before.lua dray.lua
sed 's/accept all/slow/; s/e.order:accept()/sleep "1s" e.order:accept()/' good.lua >rules/floor.lua
"$DRAY" reload >/dev/null
sim_tell /sim/orders '{"count": 1}' >/dev/null
begun() { "$DRAY" orders --json | [ "$(wc -l)" = 6 ]; }
eventually 30 begun
stop KILL
[ "$(told)" = 5 ]
verdict "a run that is killed leaves nothing" $?
serve
eventually 30 grown accept 5 && eventually 30 proved 6
verdict "it begins again with the next dray" $? "$work/serve"
stop TERM
[ "$code" = 0 ] && [ "$(told)" = 6 ]
verdict "and Amazon is told once" $? "$work/serve"

# A deep folder has a name that no socket may have.
deep=$work/$(printf 'd%.0s' {1..120})
mkdir -p "$deep"
serve --state "$deep/state"
expect "a socket in a deep folder is found" 0 '' "$DRAY" freeze --state "$deep/state" --why x
grep -q 'all warehouses: frozen' "$work/out" && ! "$DRAY" freeze --state "$deep/state" --why x 2>/dev/null
verdict "and answers" $?
stop INT
[ $code = 0 ]
verdict "Ctrl-C ends it as well" $? "$work/serve"

summary
