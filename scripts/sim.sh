# shellcheck shell=bash
# For other scripts to source: a simulator of their own, on a free loopback port. Needs DRAY, the binary.

sim_pid=''

# sim_start FOLDER FLAGS... starts one; its ready line is FOLDER/sim.json. Sets and exports what
# examples/vendor-day/dray.lua takes from the environment, and a seller's project with --shipments.
sim_start() {
  local folder=$1 wait=0
  shift
  rm -f "$folder/sim.json" # of an earlier one: it would be taken for the ready line
  "$DRAY" sim --port 0 --json "$@" >"$folder/sim.json" 2>"$folder/sim.log" </dev/null &
  sim_pid=$!
  until grep -qs '"url"' "$folder/sim.json"; do
    wait=$((wait + 1))
    if [ "$wait" -gt 600 ] || ! kill -0 "$sim_pid" 2>/dev/null; then
      cat "$folder/sim.log" >&2
      echo "the simulator did not start" >&2
      return 1
    fi
    sleep 0.05
  done
  sim_url=$(sim_said url "$folder")
  DRAY_ENDPOINT=$sim_url
  DRAY_CLIENT_SECRET=$(sim_said clientSecret "$folder")
  DRAY_REFRESH_TOKEN=$(sim_said refreshToken "$folder")
  DRAY_SELLER_TOKEN=$(sim_said sellerToken "$folder")
  export DRAY_ENDPOINT DRAY_CLIENT_SECRET DRAY_REFRESH_TOKEN DRAY_SELLER_TOKEN
}

# A text of the ready line.
sim_said() { sed -E 's/.*"'"$1"'":"([^"]*)".*/\1/' "$2/sim.json"; }

# sim_get PATH FILE: what the simulator says at /sim/...
sim_get() {
  cmake -DURL="$sim_url$1" -DFILE="$2" -P "$(dirname "${BASH_SOURCE[0]}")/fetch.cmake"
}

# JSON lines as one JSON list.
sim_list() {
  printf '[\n'
  "$DRAY" "$1" --json | sed '$!s/$/,/'
  printf ']\n'
}

# In a copy of examples/vendor-day: compares what dray believes with what the simulator was told.
sim_compare() {
  sim_get /sim/ledger ledger.json
  sim_get /sim/orders amazon.json
  sim_list effects >effects.json
  sim_list orders >orders.json
  "$DRAY" run --quiet compare.lua ledger.json amazon.json effects.json orders.json </dev/null
}

# The same for shipments, in a copy of examples/easy-ship.
sim_compare_shipments() {
  sim_get /sim/ledger ledger.json
  sim_get /sim/shipments amazon.json
  sim_list effects >effects.json
  "$DRAY" run --quiet compare.lua ledger.json amazon.json effects.json </dev/null
}

serve_pid=''

# Starts `dray serve` in this folder.
serve_start() {
  "$DRAY" serve </dev/null &
  serve_pid=$!
}

# serve_until OPEN WHAT: waits until OPEN, a command, says 0 twice: how many WHAT, and effects, are not
# at their end; then stops serve. Fails when that takes longer than DRAY_DAY_SECONDS, when serve ends
# before, and when it ends badly.
serve_until() {
  local left=${DRAY_DAY_SECONDS:-600} pid=$serve_pid
  until [ "$("$1" | tr '\n' ' ')" = "0 0 " ]; do
    left=$((left - 1))
    if [ "$left" = 0 ] || ! kill -0 "$pid"; then
      echo "the day did not end: $("$1" | tr '\n' ' ')$2 and effects are open" >&2
      return 1
    fi
    sleep 1
  done
  serve_stop
}

# Stops the one that serve_start started, and waits for its end.
serve_stop() {
  local pid=$serve_pid
  serve_pid=''
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || true
  wait "$pid"
}

# Stops the one that sim_start started, and waits for its end. Fails when it had failed by itself.
sim_stop() {
  local pid=$sim_pid
  sim_pid=''
  [ -n "$pid" ] || return 0
  kill "$pid" 2>/dev/null || true
  wait "$pid"
}
