#!/usr/bin/env bash
# docs/commands.md is what the program says of itself, and README.md names every command.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export DRAY=${DRAY:-$root/build/dray}
status=0

if diff <("$root/scripts/commands.sh") "$root/docs/commands.md"; then
  echo "ok docs/commands.md is what dray --help says"
else
  echo "NOT OK docs/commands.md is what dray --help says (run scripts/commands.sh >docs/commands.md)"
  status=1
fi

missing=''
for command in $("$DRAY" --help | sed -nE '/^commands:/,/^$/s/^  ([a-z]+) .*/\1/p'); do
  sed -n '/^## Commands/,/^## The project/p' "$root/README.md" | grep -qE "[\`, ]${command}[\`, ]" || missing="$missing $command"
done
if [ -z "$missing" ]; then
  echo "ok README.md names every command"
else
  echo "NOT OK README.md names every command; missing:$missing"
  status=1
fi
exit $status
