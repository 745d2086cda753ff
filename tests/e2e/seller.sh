#!/usr/bin/env bash
# A seller's shipments over real HTTP, of two programs: through their steps, proved, each thing
# told once, and nothing of a label's URL left behind.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/project"
cd "$work/project" || exit 1
cp "$root"/examples/easy-ship/process.lua .
cat >dray.lua <<'LUA'
account "seller" {
  program = "external",
  endpoint = env "DRAY_ENDPOINT",
  zone = "Asia/Kolkata",
  credentials = { clientId = "amzn1.application-oa2-client.sim",
    clientSecret = env "DRAY_CLIENT_SECRET", refreshToken = env "DRAY_SELLER_TOKEN" },
}
LUA
sim_start . --orders 0 --shipments 2 --program easy_ship --program seller_flex --plain --speed instant --seed 11 --floor floor.json

run "$DRAY" run process.lua floor.json
[ "$code" = 0 ]
verdict "every shipment goes its way" $? "$work/err"
run "$DRAY" shipments --json
cp "$work/out" shipments.json
[ "$(wc -l <shipments.json)" = 2 ] && ! grep -qE '"state":"(accepted|unknown)"' shipments.json
verdict "dray shows where each stands" $? shipments.json
id=$(sed -nE 's/.*"shipmentId":"([^"]*)".*/\1/p' shipments.json | head -1)
run "$DRAY" explain "$id"
grep -q "^shipment $id of account seller" "$work/out" && grep -q 'generate_labels' "$work/out"
verdict "explain tells the story of one" $? "$work/out"
run "$DRAY" documents --order "$id" --json
grep -q '"kind":"label"' "$work/out"
verdict "its label is kept" $? "$work/out"
run "$DRAY" report
grep -q "$id" "$work/out"
verdict "the report of the day names it" $? "$work/out"
! grep -rqaE 'sim-files|X-Amz-' state
verdict "no address of a label stays behind" $?
sim_get /sim/ledger ledger.json
[ "$(json ledger.json 'it.totals.processed.again + it.totals.shipped.again')" = 0 ]
verdict "each thing was told once" $? ledger.json
summary
