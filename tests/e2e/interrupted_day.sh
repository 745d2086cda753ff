#!/usr/bin/env bash
# A day that is cut off again and again, by kill -9 and by Ctrl-C, ends as one that is not: everything
# is proved, and Amazon was told each thing once.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
DRAY=${DRAY:-$root/build/dray}
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"
work=$(mktemp -d "${TMPDIR:-/tmp}/dray-e2e-XXXXXX")
trap 'sim_stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
status=0

verdict() {
  if [ "$1" = 0 ]; then
    echo "ok $2"
  else
    echo "NOT OK $2"
    status=1
  fi
}

cd "$work"
cp "$root"/examples/vendor-day/*.lua .
sim_start . --orders 120 --seed 5 --floor floor.json

# cut SIGNAL SECONDS: runs the day for so long; gives its exit code.
cut() {
  "$DRAY" run --quiet day.lua floor.json >said 2>&1 </dev/null &
  local run=$! code=0
  sleep "$2"
  kill -"$1" $run 2>/dev/null || true
  wait $run 2>/dev/null || code=$?
  return $code
}

for seconds in 0.3 0.6 0.9 1.3 1.7 2.2 3; do
  cut KILL "$seconds" || true
done
code=0
cut INT 1 || code=$?
if [ "$code" != 0 ] && [ "$code" -lt 128 ] && grep -q interrupted said; then
  verdict 0 "Ctrl-C ends a run with a sentence and an exit code of its own"
else
  cat said
  verdict 1 "Ctrl-C ends a run with a sentence and an exit code of its own (exit $code)"
fi

# A send that was cut off is looked up after a quiet window of minutes; so is the last run's patience.
code=0
"$DRAY" run --timeout 400 day.lua floor.json </dev/null || code=$?
verdict $code "the day that was cut off eight times comes to its end (exit $code)"
code=0
sim_compare || code=$?
verdict $code "Amazon was told each thing once"
code=0
sim_stop || code=$?
verdict $code "the simulator ends well when it is asked to"
exit $status
