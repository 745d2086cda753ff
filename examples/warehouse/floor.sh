#!/usr/bin/env bash
# Plays the floor and the carrier of the simulator: reports to the dray that serves this project what
# FLOOR.json (of `dray sim --floor`) says, in the order in which a day has it.
#   ./floor.sh FLOOR.json
set -euo pipefail
DRAY=${DRAY:-dray}
notes=$(mktemp -d)
trap 'rm -rf "$notes"' EXIT

for kind in planned missing packed picked_up carrier.scan; do
  "$DRAY" run --quiet --state "$notes/state" reports.lua "$1" "$kind" >"$notes/$kind.json"
  [ "$(cat "$notes/$kind.json")" = "[]" ] || "$DRAY" event "$kind" --file "$notes/$kind.json"
done
