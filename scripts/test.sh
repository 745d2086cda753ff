#!/usr/bin/env bash
# Installs the test tools, builds dray twice (release; debug with ASan and UBSan) and runs every
# test against both: C units, specs inside the binary, end to end on loopback, the documentation.
#   scripts/test.sh [--quick]   --quick: the release build only
# DRAY_TEST_DEEP=1 makes the long sweeps long; DRAY_WERROR=ON makes warnings errors.
# Ends with "N passed, N failed", counted over everything; exits 0 only when none failed.
set -euo pipefail
cd "$(dirname "$0")/.."

presets=(release debug)
case ${1:-} in
  '') ;;
  --quick) presets=(release) ;;
  *)
    echo "usage: scripts/test.sh [--quick]" >&2
    exit 2
    ;;
esac

export UBSAN_OPTIONS=print_stacktrace=1
export LC_ALL=C.UTF-8
passed=0 failed=0 broken=()
work=$(mktemp -d "${TMPDIR:-/tmp}/dray-test-XXXXXX")
trap 'rm -rf "$work"' EXIT

# Adds the counts of one suite: count NAME PASSED FAILED EXIT LOG. A suite that fails without
# counting a failure (it crashed, or never began) is one failure.
count() {
  local bad=$3
  if [ "$4" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  if [ "$4" = 0 ] && [ "$2$3" = 00 ]; then
    echo "test: $1 ran no test at all" >&2
    bad=1
  fi
  passed=$((passed + $2)) failed=$((failed + bad))
  printf '%-24s %5d passed, %d failed\n' "$1" "$2" "$bad"
  if [ "$bad" != 0 ]; then
    broken+=("$1")
    cat "$5"
  fi
}

# The sum of the numbers before a word in a log: total 'passed' LOG.
total() {
  { grep -oE "(^|[^0-9.])[0-9]+ ($1)" "$2" || true; } | awk '{ sub(/^[^0-9]+/, ""); n += $1 } END { print n + 0 }'
}

# Unit tests say "N passed, N failed" each; one that died without saying so counts as failed. What
# the failed ones said is shown.
units() {
  local log=$work/units status=0 bad died number
  (cd "$2" && ctest --verbose --parallel "$(nproc)") >"$log" 2>&1 </dev/null || status=$?
  grep -E '^[0-9]+: [0-9]+ passed, [0-9]+ failed$' "$log" >"$log.counts" || true
  bad=$(total failed "$log.counts")
  died=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Exception|Timeout|Not Run|Bad)' "$log" || true)
  sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#([0-9]+): .*\*\*\*.*/\1/p' "$log" | while read -r number; do
    grep -E "^$number: | Test +#$number: " "$log" | grep -vE "^$number: ok " || true
  done >"$log.failed"
  grep -E '^[0-9]+% tests passed' "$log" || true
  count "$1 units" "$(total passed "$log.counts")" "$((bad + died))" "$status" "$log.failed"
}

# Specs end with busted's own line: "N successes / N failures / N errors / N pending".
specs() {
  local log=$work/specs status=0
  "$2/dray" test tests/spec >"$log" 2>&1 </dev/null || status=$?
  grep -E 'success(es)? / .* pending' "$log" >"$log.counts" || true
  count "$1 specs" "$(total 'success' "$log.counts")" "$(total 'failure|error' "$log.counts")" \
    "$status" "$log"
}

# A script says "ok REASON" or "NOT OK REASON" for each thing that it tests; DRAY is the binary.
script() {
  local log=$work/script status=0
  DRAY=$2/dray DRAY_BUILD=$1 "$3" >"$log" 2>&1 </dev/null || status=$?
  count "$1 $(basename "$3" .sh)" "$(grep -c '^ok ' "$log" || true)" \
    "$(grep -c '^NOT OK ' "$log" || true)" "$status" "$log"
}

scripts/setup.sh test
for preset in "${presets[@]}"; do
  echo "test: building $preset" >&2
  folder=$(scripts/build.sh "$preset" | tail -1)
  units "$preset" "$folder"
  specs "$preset" "$folder"
  for one in tests/e2e/*.sh tests/crash/*.sh tests/docs/*.sh; do
    [ "$(basename "$one")" = lib.sh ] || script "$preset" "$folder" "$one"
  done
done

[ ${#broken[@]} -eq 0 ] || printf 'test: failed: %s\n' "${broken[@]}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
