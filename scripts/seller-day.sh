#!/usr/bin/env bash
# One seller's day with a simulator of its own: copies examples/easy-ship into FOLDER, starts
# `dray sim`, runs process.lua, and compares what dray believes with what the simulator was told.
#   scripts/seller-day.sh FOLDER [SIM FLAGS...]
# DRAY is the binary (build/dray). Exits 0 only when the day ended well and both sides agree.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
DRAY=${DRAY:-$root/build/dray}
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"

[ $# -ge 1 ] || {
  echo "usage: scripts/seller-day.sh FOLDER [SIM FLAGS...]" >&2
  exit 2
}
mkdir -p "$1"
cd "$1"
shift
cp "$root"/examples/easy-ship/*.lua .

trap 'sim_stop >/dev/null 2>&1 || true' EXIT
trap 'exit 130' INT TERM
sim_start . --orders 0 --floor floor.json "$@"

ran=0
"$DRAY" run --timeout "${DRAY_DAY_SECONDS:-600}" process.lua floor.json </dev/null || ran=$?

agree=0
sim_compare_shipments || agree=$?
sim_stop || echo "the simulator ended badly: $(cat sim.log)" >&2

[ "$ran" = 0 ] || echo "process.lua ended with exit code $ran" >&2
[ "$ran$agree" = 00 ]
