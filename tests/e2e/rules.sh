#!/usr/bin/env bash
# Rules that a person stops while dray runs, and rule files that ended dray itself.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

project "$work/project"
sed -i 's/^  sellingParty.*/&\n  poll = { orders = "1s" },/' dray.lua
printf 'rules "rules/*.lua"\n' >>dray.lua
mkdir rules
cat >rules/floor.lua <<'LUA'
rule { name = "accept all", on = "order.new", run = function(e) e.order:accept() end }
rule { name = "second", on = "order.new", run = function(e) end }
LUA
sim_start . --orders 2 --speed instant

# of_rule NAME FIELD: what `dray rules` says of it.
of_rule() { "$DRAY" rules --json | grep "\"name\":\"$1\"" | sed -nE "s/.*\"$2\":\"?([^\",}]*)\"?.*/\1/p"; }
is() { [ "$(of_rule "$1" "$2")" = "$3" ]; }
accepted() { [ "$("$DRAY" effects --json 2>/dev/null | grep -c '"verb":"accept"')" = "$1" ]; }

# ---- pause and resume, asked of a running dray ----

serve
eventually 30 accepted 2
expect "a pause wants its reason" 2 '--why' "$DRAY" pause "accept all"
expect "a rule that is not there is said so" 1 'there is no rule "accept al"; .dray rules. shows them all' \
  "$DRAY" pause "accept al" --why x
run "$DRAY" pause "accept all" --why "stock count"
[ "$code" = 0 ] && is "accept all" state paused && is second state active
verdict "a rule is paused while dray runs, and the others are not" $? "$work/out" "$work/err"
expect "a rule is not paused twice" 1 'paused' "$DRAY" pause "accept all" --why again
sim_tell /sim/orders '{"count": 2}' >/dev/null
waits() { is "accept all" waiting 2; }
eventually 30 waits && accepted 2
verdict "its events wait, and nothing is done" $? "$work/serve"
expect "a resume says what becomes of them" 2 '2 events wait for it: say --backlog run or --backlog drop' \
  "$DRAY" resume "accept all" --why "counted"
run "$DRAY" resume "accept all" --why "counted" --backlog run
[ "$code" = 0 ] && grep -q '2 events that waited run now' "$work/out"
verdict "it goes on with what waited" $? "$work/out" "$work/err"
eventually 30 accepted 4
verdict "and does it" $? "$work/serve"
"$DRAY" pause "accept all" --why "night" >/dev/null
sim_tell /sim/orders '{"count": 1}' >/dev/null
waits() { is "accept all" waiting 1; }
eventually 30 waits
stop TERM
serve
is "accept all" state paused && accepted 4
verdict "a pause survives a restart" $? "$work/serve"
sed 's/accept all/accept them/' rules/floor.lua >renamed && cp rules/floor.lua before && cp renamed rules/floor.lua
"$DRAY" reload >/dev/null
eventually 10 grep -q 'a rule is gone, renamed or inactive, and something is left to do.*accept all' "$work/serve"
verdict "a rule that is renamed while events wait for it is reported" $? "$work/serve"
cp before rules/floor.lua
"$DRAY" reload >/dev/null
run "$DRAY" resume "accept all" --why "day" --backlog drop
[ "$code" = 0 ] && is "accept all" state active && accepted 4 && is "accept all" waiting 0
verdict "what waited may be dropped" $? "$work/out" "$work/err"
stop TERM

# ---- a file that ended dray ----

# What the watchdog leaves behind when a run of this file does not come back.
version=$("$DRAY" trace 1 --json | sed -nE 's/.*"version":"([^"]*)".*/\1/p')
crashed() {
  printf 'file=rules/floor.lua\nversion=%s\nwhat=accept all\nplace=rules/floor.lua:1\nrun=0\nat_ms=%s\nused_ms=10000\n' \
    "$version" "$(date +%s%3N)" >state/crash
}
crashed
run "$DRAY" once -q
[ -n "$version" ] && [ "$code" = 0 ] && is "accept all" state active
verdict "a file that ended dray once is run again" $? "$work/err"
crashed
sim_tell /sim/orders '{"count": 1}' >/dev/null
"$DRAY" once >"$work/out" 2>"$work/err" </dev/null
grep -q 'a run did not come to its end, and dray was stopped' "$work/err"
verdict "the next start says that it did" $? "$work/err"
is "accept all" state paused && is second state paused && accepted 4
verdict "after the second time in a row all rules of the file are paused" $? "$work/err"
grep -q 'rules/floor.lua ended dray 2 times in a row, the last time at rules/floor.lua:1' "$work/err" ||
  "$DRAY" rules --json | grep -q 'ended dray 2 times in a row, the last time at rules/floor.lua:1'
verdict "with the reason" $? "$work/err"
run "$DRAY" once -q
is "accept all" state paused
verdict "and stay so at the start after" $? "$work/err"
"$DRAY" resume "accept all" --why "mended" --backlog run >/dev/null 2>"$work/err"
"$DRAY" resume second --why "mended" --backlog run >/dev/null 2>>"$work/err"
run "$DRAY" once -q
is "accept all" state active && accepted 5
verdict "a person lets it try again" $? "$work/err"
sim_stop
summary
