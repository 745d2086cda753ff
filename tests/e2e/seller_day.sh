#!/usr/bin/env bash
# A seller's day over real HTTP on loopback: it ends well, Amazon's side and ours agree, and nobody
# finds a label's URL or a token in what is kept or said.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

code=0
"$root/scripts/seller-day.sh" "$work/day" --shipments 3 --seed 2 --rate 50 --speed instant \
  >"$work/out" 2>"$work/err" || code=$?
said "the three programs' shipments end with everything proved, and the ledger agrees" 0 \
  '^documents are in '
grep -qE '^API calls +per shipment +429$' "$work/err" && grep -qE '^processShipment +3 +1\.00 +0$' "$work/err"
verdict "the table at its end shares the calls out among shipments" $? "$work/err"
cd "$work/day" || exit 1
# The simulator is gone; what follows only looks.
export DRAY_ENDPOINT=http://127.0.0.1:1 DRAY_CLIENT_SECRET=sim DRAY_SELLER_TOKEN=sim

sed 's/"created":1/"created":2/' ledger.json >twice.json
run "$DRAY" run -q compare.lua twice.json amazon.json effects.json
said "the comparison notices a package that Amazon heard of twice" 1 'disagree in'
sed -E '0,/"state":"succeeded"/s//"state":"held"/' effects.json >held.json
run "$DRAY" run -q compare.lua ledger.json amazon.json held.json
said "the comparison notices what is not proved" 1 'disagree in'

"$DRAY" documents --all --json >documents
[ "$(grep -c '"kind":"label"' documents)" = "$(json ledger.json it.files.given)" ]
verdict "each label's file was fetched once, and is kept" $? documents ledger.json
[ "$(json ledger.json 'it.files.with_token + it.files.expired')" = 0 ]
verdict "in time, and without a token" $? ledger.json
grep -rlaE 'X-Amz-Signature|sim-files|Atza\||Atzr\|' state "$work/out" "$work/err" >"$work/leaks"
[ ! -s "$work/leaks" ]
verdict "no URL and no token is in the state or in what was said" $? "$work/leaks"
summary
