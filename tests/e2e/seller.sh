#!/usr/bin/env bash
# A Seller Flex node's day by rules over real HTTP: what the floor scanned reaches Amazon, each thing is
# told once, and nothing of a label's URL is left behind.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# Seed 5 has a line among its shipments whose serial numbers Amazon requires.
code=0
DRAY_DAY_SECONDS=50 "$root/scripts/flex-day.sh" "$work/day" --shipments 8 --seed 5 --rate 50 --speed instant \
  >"$work/out" 2>"$work/err" || code=$?
[ "$code" = 0 ]
verdict "a node's day by rules ends, and dray agrees with Amazon about all of it" $? "$work/err" "$work/out"
cd "$work/day" || exit 1
export DRAY_ENDPOINT=http://127.0.0.1:1 DRAY_CLIENT_SECRET=sim DRAY_SELLER_TOKEN=sim
grep -q serialNumbers floor.json
verdict "with serial numbers among what the floor scanned" $?
run "$DRAY" shipments --json
cp "$work/out" shipments.json
[ "$(wc -l <shipments.json)" = 8 ] && ! grep -qE '"state":"(accepted|unknown)"' shipments.json
verdict "dray shows where each stands" $? shipments.json
id=$(sed -nE 's/.*"shipmentId":"([^"]*)".*"state":"(shiplabel_generated|shipped)".*/\1/p' shipments.json | head -1)
run "$DRAY" explain "$id"
grep -q "^shipment $id of account acme-seller" "$work/out" && grep -q 'generate_labels' "$work/out" &&
  grep -q 'rule "take on what the floor has packed" applies (rules/shipments.lua:[0-9]*)' "$work/out"
verdict "explain tells the story of one, with its rules" $? "$work/out"
run "$DRAY" events --order "$id" --json
grep -q '"event":"packed"' "$work/out"
verdict "and events what the floor said of it" $? "$work/out"
run "$DRAY" documents --order "$id" --json
grep -q '"kind":"label"' "$work/out" && [ -s "labels/$id-1.zpl" ]
verdict "its label is kept, and there for other programs" $? "$work/out"
run "$DRAY" report
grep -q "$id" "$work/out"
verdict "the report of the day names it" $? "$work/out"
[ -z "$("$DRAY" events --waiting --json 2>/dev/null)" ] && [ -z "$("$DRAY" runs --failed --json 2>/dev/null)" ]
verdict "no report was left over and no rule failed" $?
! grep -rqaE 'sim-files|X-Amz-' state
verdict "no address of a label stays behind" $?
[ "$(json ledger.json 'it.totals.processed.again + it.totals.packages.again')" = 0 ]
verdict "each thing was told once" $? ledger.json
summary
