#!/usr/bin/env bash
# A day by rules: examples/warehouse under `dray serve`, the floor and the carrier reporting, until
# every order has come to its end and both sides agree.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# Seed 3 has an order among its twenty that is missing when it should be packed.
run env DRAY_DAY_SECONDS=50 "$root/scripts/warehouse-day.sh" "$work/day" --orders 20 --seed 3
[ "$code" = 0 ]
verdict "a day by rules ends, and dray agrees with Amazon about all of it" $? "$work/err" "$work/out"
cd "$work/day" || exit 1
export DRAY_ENDPOINT=http://127.0.0.1:1
[ "$("$DRAY" effects --json | grep -c '"verb":"scan","state":"succeeded"')" -ge 10 ] && [ -s printed-at-dock-1 ]
verdict "scans are passed on, labels are printed" $?
po=$("$DRAY" orders --json | sed -nE 's/.*"purchaseOrderNumber":"([^"]*)".*"state":"denied".*/\1/p' | head -1)
"$DRAY" explain "$po" >"$work/out"
grep -q 'rule "deny what was missing when it should be packed" applies (rules/orders.lua:[0-9]*)' "$work/out" &&
  grep -q 'rule "refuse what it will not" does not apply: .when. was false (rules/orders.lua:[0-9]*)' "$work/out"
verdict "explain tells a denied order's story, with the rules that applied and those that did not" $? "$work/out"
[ -z "$("$DRAY" events --waiting --json 2>/dev/null)" ] && [ -z "$("$DRAY" runs --failed --json 2>/dev/null)" ]
verdict "no report was left over and no rule failed" $?
run "$DRAY" backtest
[ "$code" = 0 ] && grep -qE '^[1-9][0-9]+ decisions compared: ([0-9]+) the same, 0 different' "$work/out"
verdict "a backtest with the same rules decides everything as it was decided" $? "$work/out" "$work/err"
sed -i 's/e.order:floor_deny {[^}]*}//' rules/orders.lua # the rule runs, and does nothing
run "$DRAY" backtest
[ "$code" = 1 ] && grep -q "$po" "$work/out"
verdict "a backtest with another rule names the order that it would have decided differently" $? "$work/out" "$work/err"
summary
