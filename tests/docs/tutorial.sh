#!/usr/bin/env bash
# docs/tutorial.md works: its shell blocks that begin with `# runs` are run in order in one folder, its Lua
# blocks are written to the files that their first line names.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
DRAY=$(realpath "${DRAY:-$root/build/dray}")
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/dray-tutorial-XXXXXX")
trap 'sim_stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/sim" "$work/blocks" "$work/home"
ln -s "$DRAY" "$work/bin/dray"
PATH=$work/bin:$PATH
sim_start "$work/sim" --orders 6 --seed 1 --plain --speed instant
unset DRAY_CLIENT_SECRET DRAY_REFRESH_TOKEN # the project has its own

awk -v out="$work/blocks/" '
  /^```(lua|sh)$/ { file = sprintf("%s%03d.%s", out, NR, substr($0, 4)); next }
  /^```/ { if (file) close(file); file = ""; next }
  file { print >file }' "$root/docs/tutorial.md"

status=0
cd "$work/home" || exit 1
for block in "$work"/blocks/*; do
  first=$(head -1 "$block")
  case $block in
    *.lua) cp "$block" "${first#-- }" ;;
    *)
      [ "$first" = '# runs' ] || continue
      while read -r line; do
        case $line in '' | '#'*) continue ;; esac
        code=0
        eval "$line" >"$work/said" 2>&1 </dev/null || code=$?
        if [ $code = 0 ]; then
          echo "ok $line"
        else
          cat "$work/said"
          echo "NOT OK $line (exit $code)"
          status=1
        fi
      done <"$block"
      ;;
  esac
done
if grep -q 'confirm when the carrier has every box' "$work/said"; then
  echo "ok the story names the rule that confirmed the order"
else
  cat "$work/said"
  echo "NOT OK the story names the rule that confirmed the order"
  status=1
fi
exit $status
