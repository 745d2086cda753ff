# shellcheck shell=bash
# For the scripts beside it to source: a folder of their own, cases that say "ok" or "NOT OK", a
# project, simulators and servers that end with the script. DRAY is the binary.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
DRAY=$(realpath "${DRAY:-$root/build/dray}")
export DRAY
# shellcheck source=scripts/sim.sh
. "$root/scripts/sim.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/dray-e2e-XXXXXX")
tools=$work
passed=0 failed=0
scripted_pid=''

end() {
  sim_stop >/dev/null 2>&1 || true
  [ -z "$scripted_pid" ] || kill "$scripted_pid" 2>/dev/null || true
  [ -z "${server:-}" ] || kill "$server" 2>/dev/null || true
  [ -z "${mounted:-}" ] || umount "$mounted" 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM

ok() {
  passed=$((passed + 1))
  echo "ok $1"
}

# not_ok REASON [FILE...]: what is in the files helps who reads it.
not_ok() {
  failed=$((failed + 1))
  echo "NOT OK $1"
  shift
  local file
  for file in "$@"; do
    [ ! -s "$file" ] || sed "s|^|    $(basename "$file"): |" "$file" | head -12
  done
}

# verdict REASON STATUS [FILE...]: ok when the status is 0.
verdict() {
  local reason=$1 status=$2
  shift 2
  if [ "$status" = 0 ]; then ok "$reason"; else not_ok "$reason" "$@"; fi
}

# The last line of a script; its exit code.
summary() {
  echo "$passed passed, $failed failed"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

# run COMMAND...: its exit code in $code, its words in $work/out and $work/err. Nothing may take
# longer than a minute here, and nothing may die of a sanitizer or a signal without being noticed.
run() {
  code=0
  timeout 60 "$@" >"$work/out" 2>"$work/err" </dev/null || code=$?
}

# expect REASON EXIT PATTERN COMMAND...: the exit code, and an extended regular expression that a
# line of stderr must match ("" for silence).
expect() {
  local reason=$1 exit=$2 pattern=$3
  shift 3
  run "$@"
  said "$reason" "$exit" "$pattern"
}

# The same for a command that has run already.
said() {
  local why=''
  [ "$code" = "$2" ] || why="exit code $code instead of $2"
  if [ -n "$3" ]; then
    grep -qE -- "$3" "$work/err" || why="$why; stderr does not say /$3/"
  elif [ -s "$work/err" ]; then
    why="$why; stderr is not silent"
  fi
  ! grep -qE 'ERROR: AddressSanitizer|runtime error:|LeakSanitizer' "$work/err" || why="$why; sanitizer"
  if [ -z "$why" ]; then ok "$1"; else not_ok "$1: ${why#; }" "$work/err"; fi
}

# aside COMMAND...: runs it in a shell of its own, beside others, with its own $work; at most four
# at a time. What it says is counted by `gather`.
asides=0
aside() {
  local work_here=$work/aside$asides
  asides=$((asides + 1))
  mkdir "$work_here"
  while [ "$(jobs -rp | wc -l)" -gt 4 ]; do sleep 0.05; done
  (
    trap - EXIT
    work=$work_here scripted_pid='' passed=0 failed=0
    "$@" >"$work_here.said" 2>&1
    scripted_stop
    echo "$passed $failed" >"$work_here.counts"
  ) &
}

gather() {
  local i good bad
  for ((i = 0; i < asides; i++)); do
    while [ ! -s "$work/aside$i.counts" ]; do sleep 0.05; done
    read -r good bad <"$work/aside$i.counts"
    passed=$((passed + good)) failed=$((failed + bad))
    cat "$work/aside$i.said"
  done
  asides=0
}

server=''
# serve FLAGS...: one that is ready to be asked; its words in $work/serve.
serve() {
  local wait=0
  : >"$work/serve" # of an earlier one: it would be taken for this one's word
  "$DRAY" serve "$@" >"$work/serve" 2>&1 </dev/null &
  server=$!
  until grep -q '^dray serve: [0-9]* account' "$work/serve" || [ $wait -gt 1500 ]; do
    wait=$((wait + 1))
    sleep 0.02
  done
}

# stop SIGNAL: ends it; its exit code in $code.
stop() {
  kill "-$1" "$server"
  code=0
  wait "$server" 2>/dev/null || code=$?
}

# eventually SECONDS COMMAND...: until it succeeds.
eventually() {
  local tries=$(($1 * 20))
  shift
  until "$@"; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.05
  done
}

# project FOLDER: a copy of the example there, and the way into it.
project() {
  mkdir -p "$1"
  cd "$1" || exit 1
  cp "$root"/examples/vendor-day/*.lua .
}

# clock_begin: from here on dray and the simulators that are run with LD_PRELOAD=$clock follow a wall
# clock that `clock_at SECONDS` sets that far from the real one.
clock_begin() {
  clock=$(helper clock_shift)
  export DRAY_TEST_CLOCK=$work/clock ASAN_OPTIONS=verify_asan_link_order=0
  clock_at 0
}
clock_at() { echo "$1" >"$DRAY_TEST_CLOCK"; }

# When every quiet window of what is unknown is over (durability.md 1.2), with time to spare.
quiet_over=1200

# helper NAME: the program tests/e2e/NAME.c, built once.
helper() {
  local flags=()
  [ "$1" != clock_shift ] || flags=(-shared -fPIC)
  [ -e "$tools/$1" ] || cc -std=c11 -O1 -Wall -Wextra -Werror "${flags[@]}" \
    "$root/tests/e2e/$1.c" -o "$tools/$1" || exit 1
  echo "$tools/$1"
}

# scripted_start FOLDER: an Amazon that says what is in the folder (scripted.c).
scripted_start() {
  local program port wait=0
  program=$(helper scripted)
  scripted_stop
  mkdir -p "$1"
  "$program" "$1" >"$1/port" 2>"$1/log" </dev/null &
  scripted_pid=$!
  until [ -s "$1/port" ]; do
    wait=$((wait + 1))
    [ "$wait" -lt 200 ] || exit 1
    sleep 0.02
  done
  port=$(cat "$1/port")
  export DRAY_ENDPOINT=http://127.0.0.1:$port DRAY_CLIENT_SECRET=hush-hush-client-secret
  export DRAY_REFRESH_TOKEN='Atzr|hush-hush-refresh-token'
}

scripted_stop() {
  [ -z "$scripted_pid" ] || kill "$scripted_pid" 2>/dev/null || true
  [ -z "$scripted_pid" ] || wait "$scripted_pid" 2>/dev/null || true
  scripted_pid=''
}

# sim_tell PATH BODY: a POST to the simulator; its answer goes to stdout.
sim_tell() {
  local port=${sim_url##*:}
  exec 9<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'POST %s HTTP/1.1\r\nHost: sim\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s' \
    "$1" "${#2}" "$2" >&9
  cat <&9
  exec 9>&-
}

# Whether dray and the simulator's ledger agree about everything; words in $work/agree.
agree() { sim_compare >"$work/agree" 2>&1; }

# How many requests of one operation the scripted Amazon has seen: requests FOLDER PATTERN
requests() { grep -cE "$2" "$1/requests" || true; }

# json FILE EXPRESSION: a number out of a JSON file, which Lua sees as `it`.
json() {
  lua5.4 -e 'local it = require("cjson").decode(io.read("a")) io.write(("%.14g\n"):format('"$2"'))' <"$1"
}
