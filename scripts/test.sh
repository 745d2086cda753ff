#!/usr/bin/env bash
# Installs the test tools, builds dray twice (release; debug with ASan and UBSan) and runs every
# test against both: C units, specs inside the binary, end to end on loopback, the documentation.
#   scripts/test.sh [--quick]   --quick: the release build only
# DRAY_TEST_DEEP=1 makes the long sweeps long; DRAY_WERROR=ON makes warnings errors.
# As many suites run at once as there are processors. Ends with "N passed, N failed", counted over
# everything; exits 0 only when none failed.
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

# Adds the counts of one suite: count NAME PASSED FAILED EXIT SECONDS LOG. A suite that fails without
# counting a failure (it crashed, or never began) is one failure.
count() {
  local bad=$3
  if [ "$4" != 0 ] && [ "$bad" = 0 ]; then bad=1; fi
  if [ "$4" = 0 ] && [ "$2$3" = 00 ]; then
    echo "test: $1 ran no test at all" >&2
    bad=1
  fi
  passed=$((passed + $2)) failed=$((failed + bad))
  printf '%-32s %5d passed, %d failed %5d s\n' "$1" "$2" "$bad" "$5"
  if [ "$bad" != 0 ]; then
    broken+=("$1")
    cat "$6"
  fi
}

# The sum of the numbers before a word in a log: total 'passed' LOG.
total() {
  { grep -oE "(^|[^0-9.])[0-9]+ ($1)" "$2" || true; } | awk '{ sub(/^[^0-9]+/, ""); n += $1 } END { print n + 0 }'
}

# Unit tests say "N passed, N failed" each; one that died without saying so counts as failed. What
# the failed ones said is shown.
units() {
  local log=$work/units status=0 bad died number begun=$SECONDS
  (cd "$2" && ctest --verbose --parallel "$(nproc)") >"$log" 2>&1 </dev/null || status=$?
  grep -E '^[0-9]+: [0-9]+ passed, [0-9]+ failed$' "$log" >"$log.counts" || true
  bad=$(total failed "$log.counts")
  died=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Exception|Timeout|Not Run|Bad)' "$log" || true)
  sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#([0-9]+): .*\*\*\*.*/\1/p' "$log" | while read -r number; do
    grep -E "^$number: | Test +#$number: " "$log" | grep -vE "^$number: ok " || true
  done >"$log.failed"
  grep -E '^[0-9]+% tests passed' "$log" || true
  count "$1 units" "$(total passed "$log.counts")" "$((bad + died))" "$status" \
    $((SECONDS - begun)) "$log.failed"
}

# suite NAME FOLDER FILE: its log, its exit code and its seconds are files. A spec file runs under
# busted in the binary; a script is told of the binary by DRAY.
suite() {
  local log=$work/$1.log status=0 begun=$SECONDS
  export DRAY=$2/dray DRAY_BUILD=${1%% *}
  case $3 in
    *.lua) "$DRAY" test "$3" >"$log" 2>&1 </dev/null || status=$? ;;
    *) "$3" >"$log" 2>&1 </dev/null || status=$? ;;
  esac
  echo "$status $((SECONDS - begun))" >"$work/$1.end"
}

# counted NAME FILE: what a suite said. Specs end with busted's own line: "N successes / N failures / N errors
# / N pending"; a script says "ok REASON" or "NOT OK REASON" for each thing that it tests.
counted() {
  local log=$work/$1.log status seconds
  read -r status seconds <"$work/$1.end"
  case $2 in
    *.lua)
      grep -E 'success(es)? / .* pending' "$log" >"$log.counts" || true
      count "$1" "$(total 'success' "$log.counts")" "$(total 'failure|error' "$log.counts")" \
        "$status" "$seconds" "$log"
      ;;
    *)
      count "$1" "$(grep -c '^ok ' "$log" || true)" "$(grep -c '^NOT OK ' "$log" || true)" \
        "$status" "$seconds" "$log"
      ;;
  esac
}

# First the longest, then what waits in real time.
files() {
  local longest=tests/spec/vendor/faults_spec.lua
  echo "$longest"
  find tests/crash tests/e2e -name '*.sh' ! -name lib.sh | sort
  find tests/spec examples -name '*_spec.lua' ! -path "$longest" | sort
  find tests/docs -name '*.sh' | sort
}

# name_of PRESET FILE
name_of() {
  case $2 in
    *.lua) echo "$1 $(basename "$(dirname "$2")") $(basename "$2" _spec.lua)" ;;
    *) echo "$1 $(basename "$2" .sh)" ;;
  esac
}

# All suites against one binary, as many at once as there are processors: suites PRESET FOLDER
suites() {
  local file all
  all=$(files)
  for file in $all; do
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
    suite "$(name_of "$1" "$file")" "$2" "$file" &
  done
  wait
  for file in $all; do
    counted "$(name_of "$1" "$file")" "$file"
  done
}

scripts/setup.sh test
for preset in "${presets[@]}"; do
  echo "test: building $preset" >&2
  folder=$(scripts/build.sh "$preset" | tail -1)
  units "$preset" "$folder"
  suites "$preset" "$folder"
done

[ ${#broken[@]} -eq 0 ] || printf 'test: failed: %s\n' "${broken[@]}"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
