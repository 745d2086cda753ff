#!/usr/bin/env bash
# Each sentence that docs/errors.md explains is one that dray says: its parts stand in the sources.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

# The sources on one line, with texts that go on over several literals put together.
said=$(find src lua -name '*.c' -o -name '*.lua' | sort | xargs cat | tr '\n' ' ' | sed -E 's/" +"//g; s/\\"/"/g; s/" *\.\. *"//g')
status=0
while IFS= read -r sentence; do
  missing=''
  while IFS= read -r part; do
    part=$(sed -E 's/^[ ."]+//; s/[ ."]+$//' <<<"$part")
    [ "${#part}" -lt 4 ] || grep -qF -- "$part" <<<"$said" || missing="$missing \"$part\""
  done < <(sed 's/…/\n/g' <<<"$sentence")
  if [ -z "$missing" ]; then
    echo "ok dray says: $sentence"
  else
    echo "NOT OK dray says: $sentence (not in the sources:$missing)"
    status=1
  fi
done < <(sed -nE 's/^### `(.*)`$/\1/p' docs/errors.md)
exit $status
