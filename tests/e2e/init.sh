#!/usr/bin/env bash
# dray init: a project that works at once, with rules, specs, and what editors need.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

project=$work/shop
run "$DRAY" init "$project"
verdict "a new project is made" "$code" "$work/out" "$work/err"
run "$DRAY" check --project "$project"
verdict "it has no mistake" "$code" "$work/out" "$work/err"
cd "$project"
run "$DRAY" test
verdict "its specs pass" "$code" "$work/out" "$work/err"
if command -v luacheck >/dev/null; then
  run luacheck -q .
  verdict "luacheck finds nothing" "$code" "$work/out" "$work/err"
fi

sed -i 's/e.order:accept()/e.order:reject { code = "03" }/' rules/orders.lua
run "$DRAY" test
[ "$code" = 1 ] && grep -q 'Expected objects to be equal' "$work/out"
verdict "a rule that decides otherwise fails its specs" $? "$work/out" "$work/err"

cp rules/orders.lua "$work/changed"
run "$DRAY" init
[ "$code" = 0 ] && cmp -s rules/orders.lua "$work/changed" && grep -q 'rules/orders.lua: was there' "$work/out"
verdict "a second time nothing of it is changed" $? "$work/out" "$work/err"
rm rules/orders.lua
run "$DRAY" init
[ "$code" = 0 ] && grep -q 'e.order:accept()' rules/orders.lua
verdict "what is missing is made again" $? "$work/out" "$work/err"

[ "$(stat -c %a secrets/refresh-token secrets secrets/client-secret | tr '\n' ' ')" = "600 700 600 " ]
verdict "secrets are for their owner only" $?

mkdir "$work/sim"
sim_start "$work/sim" --orders 4 --seed 1 --speed instant
unset DRAY_CLIENT_SECRET DRAY_REFRESH_TOKEN
run "$DRAY" once
verdict "its rules run against the simulator with the secrets it was made with" "$code" "$work/out" "$work/err"
run "$DRAY" orders --json
[ "$(grep -o '"state":"accept' "$work/out" | wc -l)" = 4 ]
verdict "and every order is accepted" $? "$work/out" "$work/err"

echo text >"$work/file"
run "$DRAY" init "$work/file"
[ "$code" = 1 ] && grep -q "$work/file" "$work/err"
verdict "where a file stands, it says so" $? "$work/err"
run "$DRAY" init "$work/no/such/way"
[ "$code" = 1 ] && grep -q 'No such file' "$work/err"
verdict "where the folder above is missing, it says so" $? "$work/err"

summary
