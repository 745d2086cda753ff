#!/usr/bin/env bash
# One vendor's day with a simulator of its own: copies examples/vendor-day into FOLDER, starts
# `dray sim`, runs day.lua, and compares what dray believes with what the simulator was told.
#   scripts/vendor-day.sh FOLDER [SIM FLAGS...]
# DRAY is the binary (build/dray). Exits 0 only when the day ended well and both sides agree.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
DRAY=${DRAY:-$root/build/dray}
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"

[ $# -ge 1 ] || {
  echo "usage: scripts/vendor-day.sh FOLDER [SIM FLAGS...]" >&2
  exit 2
}
mkdir -p "$1"
cd "$1"
shift
cp "$root"/examples/vendor-day/*.lua .

trap 'sim_stop >/dev/null 2>&1 || true' EXIT
trap 'exit 130' INT TERM
sim_start . --floor floor.json "$@"

ran=0
"$DRAY" run --timeout "${DRAY_DAY_SECONDS:-600}" day.lua floor.json </dev/null || ran=$?

agree=0
sim_compare || agree=$?
sim_stop || echo "the simulator ended badly: $(cat sim.log)" >&2

[ "$ran" = 0 ] || echo "day.lua ended with exit code $ran" >&2
[ "$ran$agree" = 00 ]
