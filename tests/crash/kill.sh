#!/usr/bin/env bash
# kill -9 at any moment of a day, again and again, on the same state: nothing is told to Amazon
# twice, nothing is lost, and what is recorded stays whole.
#   DRAY_CRASH_KILLS (12) kills, at moments that DRAY_CRASH_SEED (1) chooses.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

kills=${DRAY_CRASH_KILLS:-12}
RANDOM=${DRAY_CRASH_SEED:-1}
middle=0 broken=0 strange=0 # kills that met a running dray; states that were not whole; other ends

clock_begin
project "$work/day"
LD_PRELOAD=$clock sim_start . --orders 20 --floor floor.json || exit 1

touch checked doubts retried

# Slow answers: at most moments something is on its way.
sim_tell /sim/faults '{"faults":[{"kind":"late","operation":"*","rate":0.5,"delay_ms":250}]}' >told

# Kills the day after at most so many milliseconds: cut LONGEST
cut() {
  local code=0 pid ms=$((RANDOM % $1))
  LD_PRELOAD=$clock "$DRAY" run -q day.lua floor.json >>killed 2>&1 </dev/null &
  pid=$!
  sleep "$(printf '%d.%03d' $((ms / 1000)) $((ms % 1000)))"
  kill -KILL $pid 2>/dev/null
  { wait $pid; } 2>/dev/null || code=$?
  case $code in
    137) middle=$((middle + 1)) ;;
    0 | 3) ;;
    *) strange=$((strange + 1)) ;;
  esac
  [ -e state/dray.db ] || return
  "$DRAY" check --records >>checked 2>&1 || broken=$((broken + 1))
  "$DRAY" effects -s sending -s unknown --json >>doubts 2>>checked
}

# A scan cannot be looked up, so one that was in doubt is said once more (durability.md 1.3), and
# again when a person says so. That is no disagreement; anything else is.
excuse() {
  local effect times count excused=0
  while read -r effect; do
    times=2
    ! grep -qx "$effect" retried || times=3
    count=$(grep -cE ": scan \(effect $effect\) succeeded here, Amazon took it [2-$times] times" "$work/agree")
    excused=$((excused + count))
  done < <(sed -nE 's/^\{"id":([0-9]+),.*"verb":"scan".*/\1/p' doubts | sort -u)
  grep -qE " disagree in $excused places?$" "$work/agree"
}

# Files in the archive, and rows that name one: each list sorted.
archive() {
  (cd state/documents && find . -type f | sed 's|^\./||' | sort) >files
  "$DRAY" documents --all --json | sed -E 's/.*"path":"([^"]*)".*/\1/' | sort >rows
}

# Most kills come while the day has much to do; new orders keep it so.
for ((n = 1; n <= kills; n++)); do
  cut $((n % 4 == 0 ? 4000 : 1200))
  [ $((n % 2)) = 0 ] || sim_tell /sim/orders '{"count":4}' >>told
done

# What was being sent is looked up once its quiet window is over; here, too, it may be killed.
clock_at $quiet_over
for ((n = 1; n <= kills / 4; n++)); do cut 800; done
clock_at $((2 * quiet_over))

doubted=$(sed -nE 's/^\{"id":([0-9]+),.*/\1/p' doubts | sort -u | wc -l)
[ $strange = 0 ]
verdict "a run ends well or by the kill, never otherwise" $? killed
[ $broken = 0 ]
verdict "the state is whole after each of the kills" $? checked
[ $middle -ge $((kills / 2)) ]
verdict "at least half of the kills met it at work ($middle of $((kills + kills / 4)), $doubted effects in doubt)" $?

sim_tell /sim/faults '{"faults":[]}' >>told

# To the end. What was sent twice in vain a person must send; that takes two kills at the same spot.
for try in 1 2 3; do
  LD_PRELOAD=$clock run "$DRAY" run -q day.lua floor.json
  [ $code = 3 ] || break
  for effect in $("$DRAY" effects -s held --json | sed -nE '/sent twice/s/.*"id":([0-9]+),.*/\1/p'); do
    LD_PRELOAD=$clock "$DRAY" retry "$effect" --why "killed twice while it was sent" >>checked 2>&1
    echo "$effect" >>retried
  done
done
verdict "the day comes to its end, everything proved (at start $try)" "$code" "$work/err"
LD_PRELOAD=$clock agree || excuse
verdict "Amazon heard each thing once, and of every order" $? "$work/agree"
run "$DRAY" check --records
said "what is recorded is whole at the end" 0 ''
archive
diff files rows >"$work/diff"
verdict "no document without a row, no row without its document" $? "$work/diff"
[ "$(wc -l <rows)" -gt 10 ]
verdict "documents came" $?
sim_stop
verdict "the simulator ends well" $? sim.log

summary
