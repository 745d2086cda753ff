#!/usr/bin/env bash
# One vendor's day by rules, with a simulator of its own: copies examples/warehouse into FOLDER, starts
# `dray sim` and `dray serve`, lets the floor and the carrier report, waits until every order has come
# to its end, stops serve and compares what dray believes with what the simulator was told.
#   scripts/warehouse-day.sh FOLDER [SIM FLAGS...]
# DRAY is the binary (build/dray). Exits 0 only when every order ended and both sides agree.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
DRAY=${DRAY:-$root/build/dray}
export DRAY
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"

[ $# -ge 1 ] || {
  echo "usage: scripts/warehouse-day.sh FOLDER [SIM FLAGS...]" >&2
  exit 2
}
mkdir -p "$1"
cd "$1"
shift
cp -R "$root"/examples/warehouse/. .
cp "$root"/examples/vendor-day/compare.lua .

end() {
  serve_stop >/dev/null 2>&1 || true
  sim_stop >/dev/null 2>&1 || true
}
trap end EXIT
trap 'exit 130' INT TERM

sim_start . --floor floor.json "$@"
serve_start
./floor.sh floor.json >reported

# What is not at its end: orders, and effects. A print is proved by the floor, which this day has not.
open() {
  "$DRAY" orders --json | grep -vcE '"state":"(shipped|delivered|denied|rejected|cancelled)"' || true
  "$DRAY" effects --json | grep -v '"verb":"print"' |
    grep -vcE '"state":"(succeeded|failed|rejected|held|cancelled)"' || true
}

served=0
serve_until open orders || served=$?
agree=0
sim_compare || agree=$?
sim_stop || echo "the simulator ended badly: $(cat sim.log)" >&2
[ "$served$agree" = 00 ]
