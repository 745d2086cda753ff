#!/usr/bin/env bash
# One dray owns a state folder: another that wants to change something says so and changes nothing,
# one that only looks may always look. And what the command line says when it is used wrongly.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
DRAY=${DRAY:-$root/build/dray}
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/dray-e2e-XXXXXX")
owner=''
trap '[ -z "$owner" ] || kill "$owner" 2>/dev/null || true; sim_stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
status=0

# expect CODE PATTERN REASON COMMAND...: its exit code, and a line on stderr or stdout.
expect() {
  local want=$1 pattern=$2 reason=$3 code=0
  shift 3
  "$@" >said 2>&1 </dev/null || code=$?
  if [ $code = "$want" ] && { [ -z "$pattern" ] || grep -qE -- "$pattern" said; }; then
    echo "ok $reason"
  else
    cat said
    echo "NOT OK $reason (exit $code, wanted $want and $pattern)"
    status=1
  fi
}

cd "$work"
cp "$root"/examples/vendor-day/*.lua .
sim_start . --orders 5 --seed 3 --floor floor.json
echo 'poll "orders"' >look.lua
printf 'poll "orders"\nsleep "5m"\n' >long.lua

expect 0 '' "a first look at the orders" "$DRAY" run -q look.lua
"$DRAY" run -q long.lua >owner.log 2>&1 </dev/null &
owner=$!
sleep 1
expect 1 'another dray|owns|in use|busy' "a second owner is refused with a sentence" "$DRAY" run -q look.lua
expect 0 'new' "who only looks may look" "$DRAY" orders
kill -TERM $owner
code=0
wait $owner || code=$?
owner=''
if [ $code != 0 ] && [ $code -lt 128 ]; then
  echo "ok a run that is told to stop says so by its exit code"
else
  cat owner.log
  echo "NOT OK a run that is told to stop says so by its exit code ($code)"
  status=1
fi
expect 0 '' "the folder is free again" "$DRAY" run -q look.lua

expect 0 '"purchaseOrders"|"orders"' "a read prints Amazon's reply" "$DRAY" call getOrders \
  -p createdAfter="$(date -u -d yesterday +%FT%TZ)" -p createdBefore="$(date -u +%FT%TZ)"
expect 1 'purchaseOrderNumber' "a refusal is printed and exits 1" "$DRAY" call getOrder -p purchaseOrderNumber=NONE123
expect 2 'getOrders' "a mistyped operation has a suggestion" "$DRAY" call getOrdrs
expect 2 'did you mean' "a mistyped command has a suggestion" "$DRAY" efects
expect 2 'did you mean' "a mistyped flag has a suggestion" "$DRAY" orders --jsn
expect 1 'dray\.lua' "a folder without a project says what to do" env -C / "$DRAY" check
expect 0 'clock *ok' "the doctor finds nothing wrong where nothing is" "$DRAY" doctor
expect 1 'clientSecret: the environment variable DRAY_CLIENT_SECRET is not set' \
  "a secret that is not there is found" env -u DRAY_CLIENT_SECRET "$DRAY" doctor
expect 1 'getOrders *WRONG.*invalid_client.*developer console' "a secret that Amazon does not take is found" \
  env DRAY_CLIENT_SECRET=wrong "$DRAY" doctor
expect 1 'getOrders *WRONG.*look at the network' "a network that does not carry is found" \
  env DRAY_ENDPOINT=http://127.0.0.1:9 "$DRAY" doctor
chmod 755 state
expect 1 'state folder *WRONG.*open to other users.*chmod 700' "a state that others may read is found" \
  "$DRAY" doctor --offline
chmod 700 state
echo 'orders { stat = "new" }' >wrong.lua
expect 1 'wrong\.lua:1:.*did you mean "state"' "a wrong word in a script has file, line and a suggestion" "$DRAY" run -q wrong.lua
echo 'for' >broken.lua
expect 1 'broken\.lua:' "a syntax error has file and line" "$DRAY" check broken.lua
exit $status
