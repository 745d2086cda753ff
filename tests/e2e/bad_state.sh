#!/usr/bin/env bash
# What can befall the state folder and a run: foreign, damaged, newer and read-only files, a full
# disk, a second dray, signals, closed streams, a clock that jumps. Each gets a sentence and a right
# exit code, touches nothing that it should not, and loses nothing.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

mounted=''
clock_begin
project "$work/p"
LD_PRELOAD=$clock sim_start . --orders 16 --speed instant --floor floor.json || exit 1
day() { LD_PRELOAD=$clock "$DRAY" run -q "$@" day.lua floor.json; }
echo 'poll "orders"' >poll.lua
run "$DRAY" run -q poll.lua
said "orders come" 0 ''

# ---- files that are not to be touched ----

# untouched REASON PATTERN COMMAND...: the state in ./odd, made by the command, is refused by who
# would own it and by who only looks, and stays as it is, byte for byte.
untouched() {
  local reason=$1 pattern=$2 before
  shift 2
  rm -rf odd
  cp -r state odd
  rm -f odd/dray.db-wal odd/dray.db-shm
  "$@"
  before=$(sha256sum odd/dray.db)
  expect "$reason is refused" 1 "$pattern" "$DRAY" run -q --state odd poll.lua
  expect "$reason is refused to who looks, too" 1 "$pattern|damaged" "$DRAY" orders --state odd
  [ "$before" = "$(sha256sum odd/dray.db)" ] && [ ! -s odd/dray.db-wal ]
  verdict "$reason is left as it is" $?
}
# poke OFFSET BYTES: writes into the file
poke() { printf '%b' "$2" | dd of=odd/dray.db bs=1 seek="$1" conv=notrunc status=none; }
foreign() { head -c 20000 /dev/urandom >odd/dray.db; }
another() { rm odd/dray.db && cp "$root/README.md" odd/dray.db; }
empty() { : >odd/dray.db; }
short() { truncate -s 50 odd/dray.db; }
half() { truncate -s $(($(stat -c %s state/dray.db) / 2)) odd/dray.db; }
others() { poke 68 '\0\0\0\0'; }
newer() { poke 60 '\0\0\0\143'; }
damaged() { poke 4096 "$(printf '\\377%.0s' {1..8000})"; }
untouched "noise instead of a state file" 'odd/dray\.db.*not a dray file' foreign
untouched "a text instead of a state file" 'odd/dray\.db.*not a dray file' another
untouched "an empty state file" 'odd/dray\.db' empty
untouched "the first bytes of a state file" 'odd/dray\.db' short
untouched "half a state file" 'odd/dray\.db' half
untouched "another program's database" 'odd/dray\.db.*not a dray file' others
untouched "a newer dray's file" 'odd/dray\.db.*newer dray' newer
untouched "a damaged file" 'odd/dray\.db' damaged
rm -rf odd
mkdir odd && mkdir odd/dray.db
expect "a folder instead of a state file" 1 'odd/dray\.db' "$DRAY" run -q --state odd poll.lua
rm -rf odd && : >odd
expect "a file instead of the state folder" 1 'odd' "$DRAY" run -q --state odd poll.lua
rm odd
expect "a state folder below nothing" 1 'nowhere/odd' "$DRAY" run -q --state nowhere/odd poll.lua
expect "no state at all, for who looks" 1 'dray has not run here' "$DRAY" orders --state odd
[ ! -e odd ]
verdict "who looks makes nothing" $?
if [ "$(id -u)" != 0 ]; then
  cp -r state odd && chmod 400 odd/dray.db
  expect "a read-only file" 1 'read-only' "$DRAY" run -q --state odd poll.lua
fi
cp -r state odd && chmod 500 odd 2>/dev/null
cp state/dray.db odd/documents/9.zpl && : >odd/documents/noise
expect "strange files among the documents" 0 '' "$DRAY" run -q --state odd poll.lua
rm -rf odd

# ---- a second dray ----

printf 'poll "orders"\nsleep "30s"\n' >long.lua
"$DRAY" run -q long.lua >owner.log 2>&1 &
owner=$!
for ((i = 0; i < 100; i++)); do
  [ "$(cat state/lock 2>/dev/null)" != $owner ] || break
  sleep 0.05
done
expect "a second dray is refused, with the first one's process" 1 "process $owner" "$DRAY" run -q poll.lua
expect "who looks may look" 0 '' "$DRAY" orders --json
kill -TERM $owner
code=0
wait $owner || code=$?
cp owner.log "$work/err"
said "SIGTERM ends a run with a sentence" 1 'long\.lua:2: interrupted'
expect "and the folder is free again" 0 '' "$DRAY" run -q poll.lua
echo 999999 >state/lock
expect "an old lock file is no owner" 0 '' "$DRAY" run -q poll.lua

# ---- signals in the middle, closed streams, a clock that jumps: the same day goes on ----

# The answers come late, so that there is a middle.
sim_tell /sim/faults '{"faults":[{"kind":"late","operation":"*","rate":1,"delay_ms":150}]}' >told
for signal in INT TERM; do
  LD_PRELOAD=$clock "$DRAY" run -q day.lua floor.json >"$work/err" 2>&1 </dev/null &
  pid=$!
  sleep 1.2
  kill -$signal $pid
  code=0
  wait $pid || code=$?
  said "SIG$signal in the middle of the day: a sentence, and 1" 1 'day\.lua:[0-9]+: interrupted'
  run "$DRAY" check --records
  said "SIG$signal leaves everything whole" 0 ''
done
sim_tell /sim/faults '{"faults":[]}' >>told
clock_at -3600
LD_PRELOAD=$clock "$DRAY" run -q --timeout 3 day.lua floor.json >"$work/err" 2>&1 </dev/null
code=$?
[ $code = 0 ] || [ $code = 1 ] || [ $code = 3 ]
verdict "a clock that is set back by an hour is no crash" $? "$work/err"
clock_at $quiet_over
LD_PRELOAD=$clock "$DRAY" run -q day.lua floor.json <&- >&- 2>&-
run "$DRAY" check --records
said "a run without standard streams writes nothing into its files" 0 ''
LD_PRELOAD=$clock run "$DRAY" run -q day.lua floor.json
said "after all that the day comes to its end, everything proved" 0 ''
LD_PRELOAD=$clock agree
verdict "and Amazon heard each thing once" $? "$work/agree"

sim_stop
verdict "the simulator ends well" $? sim.log

# ---- a full disk ----

clock_at 0
project "$work/full"
LD_PRELOAD=$clock sim_start . --orders 40 --speed instant --floor floor.json || exit 1
# A small file system where there may be one; else a limit to the size of files, which ends them alike.
mkdir -m 700 state
limit=unlimited
if mount -t tmpfs -o size=320k,mode=700 tmpfs state 2>/dev/null; then mounted=$PWD/state; else limit=256; fi
(
  trap '' XFSZ
  ulimit -f $limit
  LD_PRELOAD=$clock exec "$DRAY" run -q day.lua floor.json
) >"$work/out" 2>"$work/err" </dev/null
code=$?
said "a full disk ends the run with a sentence" 1 'is full: make room|failed \(disk I/O error\)'
[ -z "$mounted" ] || mount -o remount,size=64m state
run "$DRAY" check --records
said "what was written before is whole" 0 ''
clock_at $quiet_over
LD_PRELOAD=$clock run "$DRAY" run -q day.lua floor.json
said "with room again the day goes on to its end" 0 'cut off by a crash'
LD_PRELOAD=$clock agree
verdict "and Amazon heard each thing once, by its ledger" $? "$work/agree"
run "$DRAY" check --records
said "everything is whole" 0 ''
sim_stop

summary
