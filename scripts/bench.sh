#!/usr/bin/env bash
# Measures dray beside what people use today, all against the same mock on loopback, in turn, and
# prints medians and ratios. It judges nothing.
#   scripts/bench.sh [--rounds N] [--long] [--all] [--only NAME] [--keep]
#     --rounds N   runs of each (3)
#     --long       also 10,000 orders within a quota of 10 requests a second and burst 10, the calls
#                  per order of 2,000 orders against the simulator, and a seller's backlog of 500
#                  shipments at one call a second of each operation
#     --all        every library for which there is a job, not only amazon-sp-api
#     --only NAME  one of cold, bulk-1000, bulk-10000, naive-1000, throttled-10000, calls, shipments
#     --keep       leave the folder of the runs
# The mock, the same job written with the usual client libraries, and `floor`, the job in bare C with
# nothing checked, are in ../shared/bench, or $DRAY_BENCH; where they are not, `dray sim` serves and
# dray runs alone. Everything is built and run in a folder outside the repository, every run in one
# of its own; nothing is deleted before all is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
export LC_ALL=C.UTF-8

rounds=3 long=no all=no only='' keep=no
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds wants a number} && shift ;;
    --only) only=${2:?--only wants a name} && shift ;;
    --long) long=yes ;;
    --all) all=yes ;;
    --keep) keep=yes ;;
    *)
      sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
      exit 2
      ;;
  esac
  shift
done

work=$(mktemp -d "${TMPDIR:-/tmp}/dray-bench-XXXXXX")
server='' sim_pid=''
# shellcheck source=scripts/sim.sh
. scripts/sim.sh
finish() {
  stop_mock
  sim_stop >/dev/null 2>&1 || true
  if [ "$keep" = yes ]; then echo "bench: runs are in $work" >&2; else rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

stop_mock() {
  local pid=$server
  server=''
  [ -z "$pid" ] || { kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; } || true
}

# ---- what is measured ----

scripts/setup.sh build
DRAY=$(scripts/build.sh release dray | tail -1)/dray
bench=${DRAY_BENCH:-$root/../shared/bench}
gcc -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -O2 -o "$work/measure" tests/bench/measure.c

build_mock() {
  gcc -O2 -std=gnu11 -o "$work/mock" "$bench/mock/mock.c"
  gcc -O2 -o "$work/floor" "$bench/peers/limits/floor.c" -lcurl -lcrypto -lsqlite3 2>"$work/floor.log" || {
    cat "$work/floor.log" >&2
    return 1
  }
}

# The libraries are compiled while they are installed, which takes minutes: so they are kept.
node=${DRAY_BENCH_NODE:-${XDG_CACHE_HOME:-$HOME/.cache}/dray-bench/node}
install_peers() {
  cp "$bench/peers/node/package.json" "$node"
  if [ "$1" = one ]; then
    sed -i -E '/"(@amazon-sp-api-release|@scaleleap|@sp-api-sdk)\//d' "$node/package.json"
  fi
  echo "bench: npm install in $node" >&2
  (cd "$node" && npm install --no-audit --no-fund --loglevel=error >"$work/npm.log" 2>&1 </dev/null) || {
    cat "$work/npm.log" >&2
    return 1
  }
}

runners=(dray)
prepare_peers() {
  runners+=(floor)
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "bench: node and npm are not installed, so no client library is measured" >&2
    return 0
  fi
  local wanted=one
  [ "$all" = no ] || wanted=all
  if [ ! -f "$node/installed-$wanted" ]; then
    mkdir -p "$node"
    install_peers "$wanted" || {
      echo "bench: npm could not install the libraries; dray and floor are measured alone" >&2
      return 0
    }
    touch "$node/installed-$wanted"
  fi
  cp "$bench"/peers/node/*.mjs "$bench"/peers/node/*.cjs "$node"
  runners+=(amazon-sp-api)
  [ "$all" = no ] || runners+=(official bizon scaleleap)
}

# start_mock ORDERS [VARIABLE=VALUE...]
start_mock() {
  local orders=$1
  shift
  port=$((20000 + RANDOM % 20000))
  env MOCK_PORT=$port MOCK_ORDERS="$orders" MOCK_STATUS=ACCEPTED "$@" "$work/mock" >/dev/null 2>"$work/mock.log" &
  server=$!
  for _ in $(seq 100); do
    grep -q '^mock on' "$work/mock.log" && return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  cat "$work/mock.log" >&2
  echo "bench: the mock did not start" >&2
  return 1
}

# ---- one run ----

# run NAME MODE: one measured run in a folder of its own; its figures go to $work/NAME.RUNNER.
run() {
  local runner=$1 job=$2 mode=$3 folder
  folder=$(mktemp -d "$work/run-XXXXXX")
  local log=$work/$job.$runner
  cd "$folder"
  case $runner in
    dray)
      cp "$root/tests/bench/$4/dray.lua" "$root/tests/bench/$mode.lua" .
      DRAY_ENDPOINT=http://127.0.0.1:$port DRAY_CLIENT_SECRET=mock DRAY_REFRESH_TOKEN='Atzr|mock' \
        "$work/measure" "$log" "$DRAY" run --quiet --timeout 900 "$mode.lua" >out 2>&1 </dev/null
      ;;
    floor) MOCK_PORT=$port "$work/measure" "$log" "$work/floor" "$mode" "$folder" >out 2>&1 </dev/null ;;
    *)
      (cd "$node" && MOCK_PORT=$port JOB_CONC=16 "$work/measure" "$log" \
        node job.mjs "$runner" "$mode" "$folder" >"$folder/out" 2>&1 </dev/null)
      ;;
  esac || {
    tail -5 out >&2
    echo "bench: $runner failed in $job (exit $?)" >&2
  }
  cd "$root"
}

# What the mock says of a run: submissions must name every order, and none twice.
judge() {
  local job=$1 runner=$2 orders=$3
  cmake -DURL="http://127.0.0.1:$port/__ledger" -DFILE="$work/ledger.json" -P scripts/fetch.cmake
  awk -v orders="$orders" -v who="$runner in $job" '
    { text = text $0 }
    function field(op, name,   part) {
      if (!match(text, "\"" op "\":\\{[^}]*\\}")) return 0
      part = substr(text, RSTART, RLENGTH)
      if (!match(part, "\"" name "\":[0-9.]+")) return 0
      part = substr(part, RSTART, RLENGTH); sub(/.*:/, "", part)
      return part + 0
    }
    END {
      split("submitShippingLabelRequest submitShipmentConfirmations", writes, " ")
      for (i = 1; i <= 2; i++)
        if (field(writes[i], "distinct") != orders || field(writes[i], "dups") != 0)
          printf "bench: %s: %s named %d of %d orders, %d of them twice\n", who, writes[i],
            field(writes[i], "distinct"), orders, field(writes[i], "dups")
      n = split("getOrders getShippingLabels getShippingLabel getTransactionStatus " \
        "submitShippingLabelRequest submitShipmentConfirmations", ops, " ")
      for (i = 1; i <= n; i++) throttled += field(ops[i], "throttled")
      if (throttled > 0) printf "bench: %s: %d answers were 429\n", who, throttled
    }' "$work/ledger.json" >&2
}

# job NAME MODE PROJECT ORDERS [VARIABLE=VALUE...]: everyone in turn, ROUNDS times.
job() {
  local name=$1 mode=$2 project=$3 orders=$4 runner
  shift 4
  [ -z "$only" ] || [ "$only" = "$name" ] || return 0
  echo "bench: $name" >&2
  for _ in $(seq "$rounds"); do
    for runner in "${runners[@]}"; do
      start_mock "$orders" "$@"
      run "$runner" "$name" "$mode" "$project"
      [ "$mode" = cold ] || judge "$name" "$runner" "$orders"
      stop_mock
    done
  done
  report "$name"
}

# ---- figures ----

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'; }

# Column COLUMN of the runs that ended well.
figure() {
  [ -f "$work/$1.$2" ] || return 0
  awk -v c="$3" '$1 == 0 { print $c }' "$work/$1.$2" | median
}

report() {
  local name=$1 runner wall cpu memory dray_wall dray_cpu
  dray_wall=$(figure "$name" dray 2) dray_cpu=$(figure "$name" dray 3)
  printf '\n%-16s %10s %10s %10s   %s\n' "$name" 'wall ms' 'CPU ms' 'peak MiB' 'dray/it: wall, CPU'
  for runner in "${runners[@]}"; do
    wall=$(figure "$name" "$runner" 2) cpu=$(figure "$name" "$runner" 3) memory=$(figure "$name" "$runner" 4)
    if [ -z "$wall" ]; then
      printf '%-16s %10s\n' "$runner" 'failed'
      continue
    fi
    awk -v who="$runner" -v wall="$wall" -v cpu="$cpu" -v kib="$memory" -v dw="${dray_wall:-0}" \
      -v dc="${dray_cpu:-0}" 'BEGIN {
        printf "%-16s %10.0f %10.0f %10.1f", who, wall, cpu, kib / 1024
        if (who != "dray" && dw > 0) printf "   %.2f, %.2f", dw / wall, dc / cpu
        printf "\n" }'
  done
}

# ---- against the simulator ----

calls() {
  local orders=$1 folder
  [ -z "$only" ] || [ "$only" = calls ] || return 0
  folder=$(mktemp -d "$work/calls-XXXXXX")
  echo "bench: calls per order, $orders orders, safe defaults, no scans" >&2
  cp examples/vendor-day/dray.lua tests/bench/calls.lua "$folder"
  sim_start "$folder" --orders "$orders" --floor "$folder/floor.json"
  (cd "$folder" && "$DRAY" run --timeout 1800 calls.lua floor.json </dev/null) || echo "bench: calls.lua failed" >&2
  sim_stop || true
}

# A backlog that is bound by the quota: what the slowest operation allows, what it took, and the calls
# per shipment beside the six that the workflow has (one more where there is an invoice).
shipments() {
  local count=$1 folder begun took
  [ -z "$only" ] || [ "$only" = shipments ] || return 0
  folder=$(mktemp -d "$work/shipments-XXXXXX")
  echo "bench: $count shipments of Easy Ship, one call a second of each operation" >&2
  cp tests/bench/shipments/dray.lua tests/bench/shipments.lua "$folder"
  sim_start "$folder" --orders 0 --shipments "$count" --program easy_ship --plain --speed instant \
    --floor "$folder/floor.json"
  begun=$(date +%s%N)
  (cd "$folder" && "$DRAY" run --quiet --timeout 3600 shipments.lua floor.json </dev/null) ||
    echo "bench: shipments.lua failed" >&2
  took=$((($(date +%s%N) - begun) / 1000000))
  sim_get /sim/ledger "$folder/ledger.json"
  sim_stop || true
  awk -v count="$count" -v took="$took" '
    { text = text $0 }
    function calls(op,   part) {
      if (!match(text, "\"" op "\":\\{[^}]*\\}")) return 0
      part = substr(text, RSTART, RLENGTH)
      refused = field(part, "throttled")
      throttled += refused
      return field(part, "calls")
    }
    function field(part, name) {
      match(part, "\"" name "\":[0-9]+")
      part = substr(part, RSTART, RLENGTH); sub(/.*:/, "", part)
      return part + 0
    }
    END {
      n = split("getShipments getShipment processShipment createPackages retrieveShippingOptions " \
        "generateInvoice generateShipLabels updatePackageStatus", ops, " ")
      for (i = 1; i <= n; i++) {
        all += c[i] = calls(ops[i])
        if (i > 2 && c[i] - refused > most) most = c[i] - refused # reads make room for these
      }
      printf "\n%-26s %8s %8s\n", "shipments", "calls", "each"
      for (i = 1; i <= n; i++) printf "%-26s %8d %8.2f\n", ops[i], c[i], c[i] / count
      printf "%-26s %8d %8.2f\n", "all", all, all / count
      printf "%.1f s for what the quota allows in %d s: %.3f; %d answers were 429\n", took / 1000, most,
        took / 1000 / most, throttled
    }' "$folder/ledger.json"
}

# Without the mock: dray alone, against its own simulator.
alone() {
  local folder
  folder=$(mktemp -d "$work/alone-XXXXXX")
  cp examples/vendor-day/dray.lua tests/bench/calls.lua "$folder"
  sim_start "$folder" --orders 100 --speed instant --floor "$folder/floor.json"
  (cd "$folder" && "$work/measure" "$work/simulated-100.dray" "$DRAY" run --quiet --timeout 600 \
    calls.lua floor.json </dev/null) || echo "bench: calls.lua failed" >&2
  sim_stop || true
  report simulated-100
}

if [ -f "$bench/mock/mock.c" ]; then
  build_mock
  prepare_peers
  job cold cold bulk 100
  job bulk-1000 bulk bulk 1000
  job bulk-10000 bulk bulk 10000
  job naive-1000 naive naive 1000
  if [ "$long" = yes ] || [ "$only" = throttled-10000 ]; then
    job throttled-10000 bulk throttled 10000 MOCK_THROTTLE=10:10
  fi
else
  echo "bench: $bench is not there, so dray runs alone, against dray sim" >&2
  alone
fi
if [ "$long" = yes ] || [ "$only" = calls ]; then calls 2000; fi
if [ "$long" = yes ] || [ "$only" = shipments ]; then shipments "${DRAY_BENCH_SHIPMENTS:-500}"; fi
