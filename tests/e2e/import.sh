#!/usr/bin/env bash
# `dray import`: Amazon's record of the past, by itself and beside a running dray; its words, right
# and wrong.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

project "$work/project"
sim_start . --orders 6 --speed instant

expect "without --since it says what is missing" 2 '--since is missing: say how far back, such as 30d' \
  "$DRAY" import
expect "more than Amazon keeps is refused" 2 'Amazon keeps six months: at most 182d' \
  "$DRAY" import --since 183d
expect "nonsense is refused" 2 '--since soon: expected how far back' "$DRAY" import --since soon
expect "nothing back is refused" 2 '--since 0d: that is not in the past' "$DRAY" import --since 0d
expect "the future is refused" 2 'that is not in the past' "$DRAY" import --since 2099-01-01T00:00Z
expect "a time needs its zone" 2 'say the zone, too' "$DRAY" import --since 2026-11-01T06:00
expect "an account that is not there is said so" 1 'names no account "acne"' \
  "$DRAY" import --since 1d --account acne

sim_get /sim/orders "$work/amazon"
mapfile -t orders < <(grep -o '"purchaseOrderNumber":"[A-Z0-9]*"' "$work/amazon" | cut -d'"' -f4)
for po in "${orders[@]:0:4}"; do
  sim_tell /sim/cancel "{\"purchaseOrderNumber\":\"$po\"}" >/dev/null
done

run "$DRAY" import --since 10d
[ "$code" = 0 ] && grep -q '^6 listed: 4 imported, 0 changed .*, 0 known, 2 open' "$work/out" &&
  [ "$(grep -c ' listed, ' "$work/err")" = 2 ]
verdict "what is over is imported, what is open is left; a line tells of each week" $? "$work/out" "$work/err"
[ -z "$("$DRAY" orders --json)" ] && [ "$("$DRAY" orders --imported --json | wc -l)" = 4 ]
verdict "what was imported is listed only where it is asked for" $?
"$DRAY" explain "${orders[0]}" >"$work/out"
grep -q "imported from Amazon's record of the past" "$work/out" &&
  grep -qE 'order.cancelled, at Amazon 20[0-9-]+T[0-9:.]+Z$' "$work/out"
verdict "explain says where it comes from, and what became of it when" $? "$work/out"
run "$DRAY" report --json
[ "$code" = 0 ] && grep -q '"orders":0' "$work/out"
verdict "no day's report counts it" $? "$work/out"

server=''
"$DRAY" serve >"$work/serve" 2>&1 </dev/null &
server=$!
wait_for=0
until [ "$("$DRAY" orders --json 2>/dev/null | wc -l)" = 2 ] || [ $wait_for -gt 500 ]; do
  wait_for=$((wait_for + 1))
  sleep 0.05
done
[ "$wait_for" -le 500 ]
verdict "what was left open comes as work by the ordinary list" $? "$work/serve"
sim_tell /sim/orders '{"count": 1}' >/dev/null
run "$DRAY" import --since 12d --again --json
[ "$code" = 0 ] && tail -1 "$work/out" | grep -q '"totals":{"listed":.*"imported":0,.*"failures":0' &&
  grep -q '"account":"acme"' "$work/out"
verdict "beside a running dray it is read there, and told here" $? "$work/out" "$work/err" "$work/serve"
expect "its mistakes are told here, too" 2 'at most 182d' "$DRAY" import --since 200d
kill -TERM "$server"
wait "$server" 2>/dev/null

"$DRAY" check --records >"$work/out" 2>&1
verdict "the log is whole" $? "$work/out"
summary
