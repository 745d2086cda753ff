#!/usr/bin/env bash
# What README.md and docs/*.md show, works: every Lua block loads, a block that begins with
# `-- dray.lua` is a project file without mistakes, a block that begins with `-- runs` ends well
# against a simulator, and so does every line of a shell block that begins with `# runs`. One that
# begins with `-- rules` is a rule file of the project that the page shows: it is checked, and
# `dray once` runs it. One that asks for dray.test is a spec that passes in a project of `dray init`.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
DRAY=${DRAY:-$root/build/dray}
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/dray-docs-XXXXXX")
trap 'sim_stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
status=0
cd "$root"

verdict() {
  if [ "$1" = 0 ]; then
    echo "ok $2"
  else
    cat "$work/said"
    echo "NOT OK $2 (exit $1)"
    status=1
  fi
}

# Blocks as files named FILE-LINE.lua and .sh; FILE without folder and ending.
mkdir "$work/blocks"
for page in README.md docs/*.md; do
  [ "$page" != docs/tutorial.md ] || continue # tutorial.sh does it, step by step
  awk -v out="$work/blocks/$(basename "$page" .md)" '
    /^```(lua|sh)$/ { file = out "-" NR "." substr($0, 4); print "" >file; next }
    /^```/ { if (file) close(file); file = ""; next }
    file { print >file }' "$page"
done

# A project with its own simulator: few orders, none of several boxes, so nothing has to be held.
project() {
  mkdir -p "$1"
  cp "$root"/examples/vendor-day/*.lua "$1"
}
mkdir "$work/sim" "$work/bin"
ln -s "$(realpath "$DRAY")" "$work/bin/dray"
sim_start "$work/sim" --orders 6 --seed 1 --country IN \
  --floor "$work/sim/floor.json"

# The project file that a block's page shows, the last one; nothing when it shows none.
project_of_page() {
  local page=${1##*/} file found=''
  for file in "$work/blocks/${page%-*}"-*.lua; do
    [ "$(sed -n 2p "$file")" != '-- dray.lua' ] || found=$file
  done
  echo "$found"
}

# What a rule file of the documentation decides: nothing may fail, something may be held.
rule_block() {
  local block=$1 folder=$2 name=$3 shown code=0
  "$DRAY" init "$folder" >"$work/said" 2>&1
  shown=$(project_of_page "$block")
  [ -z "$shown" ] || cp "$shown" "$folder/dray.lua"
  rm "$folder"/rules/*
  cp "$block" "$folder/rules/page.lua"
  (cd "$folder" && "$DRAY" check) >"$work/said" 2>&1 || code=$?
  verdict $code "$name are rules without a mistake"
  code=0
  (cd "$folder" && "$DRAY" once --timeout 60) >"$work/said" 2>&1 </dev/null || code=$?
  [ $code != 3 ] || code=0
  ! grep -q 'failed' "$work/said" || code=1
  verdict $code "$name run"
}

spec_block() {
  local block=$1 folder=$2 name=$3 code=0
  "$DRAY" init "$folder" >"$work/said" 2>&1
  rm "$folder"/tests/*
  cp "$block" "$folder/tests/page_spec.lua"
  (cd "$folder" && "$DRAY" test) >"$work/said" 2>&1 || code=$?
  verdict $code "$name is a spec that passes"
}

for block in "$work"/blocks/*.lua; do
  name=$(basename "$block")
  folder=$work/${name%.lua}
  if [ "$(sed -n 2p "$block")" = '-- rules' ]; then
    rule_block "$block" "$folder" "$name"
    continue
  elif grep -q 'require("dray.test")' "$block"; then
    spec_block "$block" "$folder" "$name"
    continue
  fi
  project "$folder"
  cp "$work/sim/floor.json" "$folder"
  code=0
  case $(sed -n 2p "$block") in
    '-- dray.lua')
      cp "$block" "$folder/dray.lua"
      (cd "$folder" && "$DRAY" check) >"$work/said" 2>&1 || code=$?
      verdict $code "$name is a project file"
      ;;
    '-- runs')
      (cd "$folder" && "$DRAY" run --timeout 60 "$block") >"$work/said" 2>&1 </dev/null || code=$?
      verdict $code "$name runs"
      ;;
    *)
      (cd "$folder" && "$DRAY" check "$block") >"$work/said" 2>&1 || code=$?
      verdict $code "$name loads"
      ;;
  esac
done

for block in "$work"/blocks/*.sh; do
  [ "$(sed -n 2p "$block")" = '# runs' ] || continue
  folder=$work/$(basename "$block" .sh)
  project "$folder"
  echo 'poll "orders"' >"$folder/look.lua" # so that there is something to look at
  code=0
  (cd "$folder" && "$DRAY" run --quiet --timeout 60 look.lua) >"$work/said" 2>&1 </dev/null || code=$?
  [ $code = 0 ] || verdict $code "a project to look at"
  while read -r line; do
    case $line in '' | '#'*) continue ;; esac
    code=0
    (cd "$folder" && PATH=$work/bin:$PATH eval "$line") >"$work/said" 2>&1 </dev/null || code=$?
    verdict $code "$line"
  done <"$block"
done
exit $status
