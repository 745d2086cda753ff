#!/usr/bin/env bash
# Rules with a schedule, on a clock that the test sets: what `dray rules --next` says is what
# `dray once` and `dray serve` do.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

project "$work/project"
echo 'rules "rules/*.lua"' >>dray.lua
mkdir rules
cat >rules/times.lua <<'LUA'
rule {
  name = "morning list",
  every = { "1d", at = "07:30", days = "mon-fri", except = "holidays.txt", zone = "America/Chicago" },
  run = function(e) log.warn("morning list", { at = e.at }) end,
}

rule { name = "tick", cron = "*/30 * * * *", run = function(e) log.warn("tick", { at = e.at }) end }

rule { name = "orders", on = "order.new", run = function() end }
LUA
printf '# closed\n2026-11-26 Thanksgiving Day\n' >holidays.txt

clock_begin
sim_start . --orders 1 --speed instant

# ---- what is to come ----

run "$DRAY" rules --next 3 --from 2026-11-25T07:30-06:00 --json
grep '"morning list"' "$work/out" | sed -E 's/.*"at":"([^"]*)".*/\1/' | tr '\n' ' ' >"$work/next"
[ "$(cat "$work/next")" = "2026-11-25T13:30:00Z 2026-11-27T13:30:00Z 2026-11-30T13:30:00Z " ]
verdict "the next times of a schedule are told, from that instant on, without the holiday" $? "$work/out" "$work/err"
run "$DRAY" rules --next 2 --from 2026-03-08T01:45-06:00
grep -q 'morning list  2026-03-09T12:30:00Z  2026-03-09T07:30:00-05:00' "$work/out"
verdict "for people in the clock of its zone, too" $? "$work/out"
expect "a time has a zone" 2 'say the zone' "$DRAY" rules --next 2 --from 2026-11-25
expect "and is one" 2 'expected a time' "$DRAY" rules --next 2 --from tomorrow
expect "some are asked for" 2 'from 1 to' "$DRAY" rules --next 0
run "$DRAY" rules --json
grep -Eq '"name":"tick".*"next":"20[0-9-]*T[0-9]{2}:[03]0:00Z"' "$work/out"
verdict "each rule shows its next time" $? "$work/out"
! grep '"orders"' "$work/out" | grep -q '"next"'
verdict "which one without a schedule has none of" $?

sed -i 's/^2026/the 2026/' holidays.txt
expect "a list of dates that is none" 1 'rules/times.lua:1: rule "morning list": every.except: .*holidays.txt:2: expected a date' "$DRAY" check
sed -i 's/^the //' holidays.txt

# ---- what is done ----

once() { LD_PRELOAD=$clock run "$DRAY" once -q --timeout 20; }
ticks() { grep -c 'warn tick' "$work/err" || true; }
once
[ "$code" = 0 ] && [ "$(ticks)" = 0 ]
verdict "a schedule begins when it is first seen" $? "$work/err"
clock_at 1900
once
[ "$(ticks)" = 1 ]
verdict "after half an hour it is due" $? "$work/err"
once
[ "$(ticks)" = 0 ]
verdict "once" $? "$work/err"
clock_at $((1900 + 5 * 3600))
once
[ "$(ticks)" = 1 ]
verdict "five hours later the latest time is made up for, and no other" $? "$work/err"
clock_at 1900
once
[ "$(ticks)" = 0 ]
verdict "a clock that is set back does nothing twice" $? "$work/err"

summary
