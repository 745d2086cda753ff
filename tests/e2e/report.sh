#!/usr/bin/env bash
# A day in review: dray report, the clocks of dray orders, and the completion of the shell.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# totals NAME: out of the last line of a report
totals() { tail -1 "$work/out" >"$work/totals" && json "$work/totals" "it.totals.$1"; }

# later SECONDS COMMAND...: run, that long after the morning
later() {
  clock_at $((morning + $1))
  shift
  run "$@"
  clock_at "$morning"
}

# clock_of PO: what `dray orders` shows for it
clock_of() { grep "^$1 " "$work/out" | sed -E 's/.*Z  //'; }

project "$work/project"
# Whenever this runs, it is four in the morning, UTC.
clock_begin
morning=$(((86400 + 4 * 3600 - $(date +%s) % 86400) % 86400))
clock_at "$morning"
export LD_PRELOAD=$clock
echo 'poll "orders"' >poll.lua
cat >some.lua <<'LUA'
-- The first order is left as it is, the second rejected, the third shipped, the fourth held, the rest
-- accepted; says which they are.
local list = {}
for order in orders { state = "new", warehouse = "DEL4" } do
  list[#list + 1] = order
  print(order.purchaseOrderNumber)
end
list[2]:reject { code = "03" }
for i = 3, #list do list[i]:accept() end
list[3]:request_label()
list[3]:confirm { shippedDate = iso(now() - 5 * 3600000) }
settle { timeout = "30s" }
LUA
sim_start . --orders 10 --speed instant --floor floor.json

expect "a report before there is any state says so" 1 'state' "$DRAY" report today
expect "a day that is none is refused" 2 'expected a day such as' "$DRAY" report 2026-13-01
expect "a report is about one day" 2 'one word too many' "$DRAY" report today yesterday
run "$DRAY" run -q poll.lua
expect "a day without anything is said to be so" 0 'nothing happened to any order' "$DRAY" report 2001-01-01
run "$DRAY" run -q some.lua
said "the day goes well" 0 ''
mapfile -t po <"$work/out"
[ "${#po[@]}" = 5 ]
verdict "there are five orders of one warehouse to look at" $? "$work/out"

# ---- the day ----

expect "the day is reported as objects, one an order" 0 '' "$DRAY" report today --json
[ "$(totals orders)" = 10 ] && [ "$(totals rejected)" = 1 ] && [ "$(totals shipped)" = 1 ]
verdict "the totals count what was received, rejected, shipped" $? "$work/totals"
grep "\"${po[2]}\"" "$work/out" >"$work/one"
json "$work/one" 'it.received < it.accepted and it.accepted <= it.label and it.label <= it.sent and it.sent <= it.proved and it.state == "shipped" and 1' >/dev/null 2>"$work/err"
verdict "a shipped order has its times in order" $? "$work/one" "$work/err"
grep -q '"received":"[^"]*+05:30"' "$work/one"
verdict "times are local to the warehouse, and say their zone" $? "$work/one"
grep -q '"late":"confirm"' "$work/one" && [ "$(totals late)" = 1 ]
verdict "an order whose parcel left five hours before it was confirmed is late" $? "$work/one"
grep "\"${po[0]}\"" "$work/out" | grep -q '"open":"nothing was decided yet"'
verdict "what nobody decided about is open, and says why" $? "$work/out"
expect "the report is a table for people, of today when no day is named" 0 '' "$DRAY" report
grep -qE "^${po[2]} +DEL4 +shipped +[0-9]+:[0-9]+ +[0-9]+:[0-9]+ +[0-9]+:[0-9]+ " "$work/out" &&
  grep -q '^times are local: .*DEL4 in Asia/Kolkata' "$work/out" &&
  grep -q '^10 orders: 1 shipped and proved, 0 assumed' "$work/out"
verdict "with times, zones and totals" $? "$work/out"
expect "it can be had for one warehouse" 0 '' "$DRAY" report today --json --warehouse BER3
[ "$(totals orders)" = 5 ]
verdict "and holds no other's orders" $? "$work/out"
expect "it can be had for one account" 0 'nothing happened' "$DRAY" report today --account nobody
later $((3 * 86400)) "$DRAY" report today
said "an order belongs to the days on which something happened to it" 0 'nothing happened'
mv state elsewhere
mkdir state
sqlite_free=$("$DRAY" report today 2>&1 >/dev/null || true)
rmdir state && mv elsewhere state
[ -n "$sqlite_free" ] && [ ! -e state/dray.db.new ]
verdict "a report makes no state of its own" $?

# ---- what is open ----

echo "order('${po[3]}'):confirm { shippedDate = iso(now() - 60000) }" >ship.lua
run "$DRAY" run -q ship.lua
run "$DRAY" hold --order "${po[3]}" --why "the dock is closed"
expect "what a person holds is open" 0 '' "$DRAY" report today --json
grep "\"${po[3]}\"" "$work/out" | grep -q '"open":"confirm (effect [0-9]*) held: held by .*: the dock is closed"' &&
  [ "$(totals held)" = 1 ]
verdict "with who held it and why" $? "$work/out"

later 10800 "$DRAY" effects --effect-state held
grep -qE "^ *[0-9]+ +${po[3]} +confirm +held 3 h " "$work/out"
verdict "three hours later it shows for how long" $? "$work/out"
later 345600 "$DRAY" effects --effect-state held --json
grep -q '"state":"held","since":"' "$work/out"
verdict "as an instant in JSON, beside the state" $? "$work/out"

# ---- the clocks ----

expect "orders show the clock that runs" 0 '' "$DRAY" orders
clock_of "${po[0]}" | grep -qE '^(acknowledge|ship) in [0-9]' && clock_of "${po[3]}" | grep -qE '^confirm in 3h' &&
  clock_of "${po[4]}" | grep -qE '^ship in [0-9]' && [ "$(clock_of "${po[2]}")" = - ] && [ "$(clock_of "${po[1]}")" = - ]
verdict "acknowledge, ship, confirm; none for what is shipped or rejected" $? "$work/out"
expect "nothing is late in the morning" 0 'no orders' "$DRAY" orders --due late
later 18000 "$DRAY" orders --due late
grep -q "^${po[3]} .*confirm, .* late$" "$work/out" && [ "$(grep -c . "$work/out")" = 2 ]
verdict "four hours after the parcel left the confirmation is late" $? "$work/out"
later $((3 * 86400)) "$DRAY" orders --due late --json
[ "$(grep -c '"late":true' "$work/out")" = 8 ]
verdict "three days later all that is open is late" $? "$work/out"
later $((3 * 86400)) "$DRAY" orders --due today
said "and nothing is due on that day" 0 'no orders'
expect "what is due today can be listed" 0 '' "$DRAY" orders --due today --limit 2
[ "$(grep -c . "$work/out")" = 3 ]
verdict "as few as wanted" $? "$work/out"
expect "due is today or late" 2 'expected today or late' "$DRAY" orders --due tomorrow

# ---- completion ----

"$DRAY" completion bash >complete.sh
bash -n complete.sh
verdict "the completion is good bash" $?
words() {
  bash -c 'source ./complete.sh; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dray; echo "${COMPREPLY[*]}"' _ "$@"
}
[ "$(words dray set)" = settle ] && [ "$(words dray settle --an)" = --answer ] && [ -z "$(words dray hold 1)" ]
verdict "it completes commands and their flags" $?
expect "other shells are not known" 2 'expected bash' "$DRAY" completion fish

summary
