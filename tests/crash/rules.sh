#!/usr/bin/env bash
# kill -9 at any moment while rules work on orders, again and again, on the same state: each event
# has its run for each rule, none is lost, and Amazon hears of each order once.
#   DRAY_CRASH_KILLS (8) kills, at moments that DRAY_CRASH_SEED (1) chooses.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

kills=${DRAY_CRASH_KILLS:-8}
RANDOM=${DRAY_CRASH_SEED:-1}
middle=0 broken=0

clock_begin
project "$work/project"
mkdir rules
cat >rules/rules.lua <<'LUA'
rule {
  name = "accept",
  on = "order.new",
  run = function(e)
    sleep("300ms")
    e.order:accept()
  end,
}

rule {
  name = "count",
  on = "order.new",
  data = { seen = 0 },
  run = function(e) e.data.seen = e.data.seen + 1 end,
}

rule {
  name = "ask for labels",
  on = "order.accepted",
  where = { labels = "amazon" },
  run = function(e) e.order:request_label() end,
}
LUA
echo 'rules "rules/*.lua"' >>dray.lua
LD_PRELOAD=$clock sim_start . --orders 30 --speed instant || exit 1
sim_tell /sim/faults '{"faults":[{"kind":"late","operation":"*","rate":0.5,"delay_ms":100}]}' >told

# Kills `dray once` after at most so many milliseconds: cut LONGEST
cut() {
  local pid code=0 ms=$((RANDOM % $1))
  LD_PRELOAD=$clock "$DRAY" once -q >>killed 2>&1 </dev/null &
  pid=$!
  sleep "$(printf '0.%03d' "$ms")"
  kill -KILL $pid 2>/dev/null
  { wait $pid; } 2>/dev/null || code=$?
  [ $code != 137 ] || middle=$((middle + 1))
  [ ! -e state/dray.db ] || "$DRAY" check --records >>checked 2>&1 || broken=$((broken + 1))
}

for ((n = 1; n <= kills; n++)); do
  cut 600
  sim_tell /sim/orders '{"count":10}' >>told
done
[ $broken = 0 ]
verdict "the state is whole after each of the kills" $? checked
[ $middle -ge $((kills / 2)) ]
verdict "at least half of the kills met it at work ($middle of $kills)" $?

# To the end: what was in doubt is looked up when its quiet window is over.
sim_tell /sim/faults '{"faults":[]}' >>told
clock_at $quiet_over
for try in 1 2 3 4 5 6; do
  LD_PRELOAD=$clock run "$DRAY" once -q
  [ -n "$("$DRAY" effects -s waiting -s ready -s accepted -s unknown --json 2>>checked)" ] || break
  clock_at $(((try + 1) * quiet_over))
done
"$DRAY" orders --json >orders
"$DRAY" runs -n 100000 --json >runs
orders=$(wc -l <orders)
[ "$orders" = $((30 + 10 * kills)) ]
verdict "every order is there ($orders)" $? "$work/err"
done_once() { # RULE COUNT
  [ "$(grep "\"script\":\"$1\",\"state\":\"done\"" runs | sed -E 's/.*"purchaseOrderNumber":"([^"]*)".*/\1/' |
    sort | uniq -c | grep -c ' 1 ')" = "$2" ]
}
done_once accept "$orders" && done_once count "$orders"
verdict "each rule came to its end for each order, once" $? runs
! grep -q '"state":"failed"' runs
verdict "no run failed" $? runs
"$DRAY" rules --json >rules.json
! grep -qE '"waiting":[1-9]' rules.json
verdict "no event is left over" $? rules.json
LD_PRELOAD=$clock agree
verdict "Amazon heard each thing once, and of every order" $? "$work/agree"
sim_stop
summary
