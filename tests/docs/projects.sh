#!/usr/bin/env bash
# Every example project whose folder has tests is without mistakes and does what is due against a
# simulator. Its specs are run with all others (scripts/test.sh).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
DRAY=${DRAY:-$root/build/dray}
DRAY=$(realpath "$DRAY")
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/dray-projects-XXXXXX")
trap 'sim_stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
status=0
cp -R "$root/examples" "$work/examples"

# try TEXT COMMAND...: in the project's folder
try() {
  local text=$1 code=0
  shift
  "$@" >"$work/said" 2>&1 </dev/null || code=$?
  if [ "$code" = 0 ]; then
    echo "ok $text"
  else
    cat "$work/said"
    echo "NOT OK $text (exit $code)"
    status=1
  fi
}

# Effects may stay held for a person (exit 3): rules with approval and limits are there for that.
once() {
  local code=0
  timeout 60 "$DRAY" once || code=$?
  [ "$code" = 0 ] || [ "$code" = 3 ]
}

known() { "$DRAY" orders --json | grep -q '"state":'; }

planned() { "$DRAY" effects --json | grep -q '"verb":"accept"'; }

for tests in "$work"/examples/*/tests; do
  folder=$(dirname "$tests")
  name=$(basename "$folder")
  cd "$folder"
  seller=0
  ! grep -q '"external"' dray.lua || seller=3
  sim_start "$folder" --seed 1 --plain --orders 4 --shipments "$seller"
  try "$name has no mistakes" "$DRAY" check
  try "$name does what is due" once
  case $name in
    seller-flex) ;;                               # its carrier is Amazon's
    outage) try "$name knows its orders" known ;; # and takes none whose stock nobody reported
    *) try "$name takes its orders" planned ;;
  esac
  sim_stop >/dev/null || true
done
exit $status
