#!/usr/bin/env bash
# A Seller Flex node's day by rules, with a simulator of its own: copies examples/seller-flex into
# FOLDER, starts `dray sim`, lets the floor report and `dray serve` work until every shipment has its
# labels or is rejected, and compares what dray believes with what the simulator was told.
#   scripts/flex-day.sh FOLDER [SIM FLAGS...]
# DRAY is the binary (build/dray). Exits 0 only when the day ended well and both sides agree.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
DRAY=${DRAY:-$root/build/dray}
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"

[ $# -ge 1 ] || {
  echo "usage: scripts/flex-day.sh FOLDER [SIM FLAGS...]" >&2
  exit 2
}
mkdir -p "$1"
cd "$1"
shift
cp -R "$root"/examples/seller-flex/. .
cp "$root"/examples/easy-ship/compare.lua .

end() {
  serve_stop >/dev/null 2>&1 || true
  sim_stop >/dev/null 2>&1 || true
}
trap end EXIT
trap 'exit 130' INT TERM

sim_start . --orders 0 --program seller_flex --floor floor.json "$@"
"$DRAY" run --quiet floor.lua floor.json </dev/null # waits for the shipments, which dray sees next
serve_start

# What is not at its end: shipments without their labels, and effects.
open() {
  [ -n "$("$DRAY" shipments --json 2>/dev/null)" ] || echo 1 # none is known yet
  "$DRAY" shipments --json 2>/dev/null |
    grep -vcE '"state":"(shiplabel_generated|shipped|delivered|cancelled)"' || true
  "$DRAY" effects --json 2>/dev/null |
    grep -vcE '"state":"(succeeded|failed|rejected|held|cancelled)"' || true
}

served=0
serve_until open shipments || served=$?
agree=0
sim_compare_shipments || agree=$?
sim_stop || echo "the simulator ended badly: $(cat sim.log)" >&2
[ "$served$agree" = 00 ]
