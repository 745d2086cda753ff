#!/usr/bin/env bash
# The floor and the carrier report by commands, files and a running dray; what is wrong is said, what
# nobody knows yet waits, and people are told.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

project "$work/project"
cat >>dray.lua <<LUA
event "damaged" { per = "order", fields = { reason = { "text", required = true }, pieces = "integer" } }
feed "gate" { files = "inbox/gate/*.csv", event = "picked_up", map = { order = "PO", at = "When" } }
notify "desk" { command = { "sh", "-c", "cat >>$work/desk" } }
LUA
sim_start . --orders 2 --speed instant

# ---- before the order is known ----

expect "a report about an order that nobody knows is kept" 0 '' "$DRAY" event picked_up --order LATER1
grep -q 'picked_up LATER1: kept until its order appears' "$work/out"
verdict "and that is said" $?
expect "it waits" 0 '' "$DRAY" events --waiting
grep -qE 'picked_up +LATER1 .*dray event' "$work/out"
verdict "where everybody can see it" $? "$work/out"

expect "orders come" 0 '' "$DRAY" once -q
po=$("$DRAY" orders --json | head -1 | sed 's/.*"purchaseOrderNumber":"\([^"]*\)".*/\1/')

# ---- by command ----

expect "what the floor saw is reported" 0 '' "$DRAY" event picked_up -o "$po" --at 2026-01-05T08:00Z
grep -qx "picked_up $po: taken" "$work/out"
verdict "and taken" $? "$work/out"
run "$DRAY" event picked_up -o "$po" --at 2026-01-05T08:00Z
grep -qx "picked_up $po: reported before, nothing changed" "$work/out"
verdict "the same again changes nothing" $? "$work/out"
run "$DRAY" event damaged -o "$po" --json '{"reason":"wet","pieces":2}'
grep -qE '^\{"event":"damaged","subject":"[^"]*","outcome":"taken","id":[1-9]' "$work/out"
verdict "fields come as JSON, and so does the answer" $? "$work/out" "$work/err"
printf '[{"order":"%s","reason":"a"},{"order":"%s","reason":"b"}]' "$po" "$po" >list.json
expect "a list of reports comes from a file" 0 '' "$DRAY" event damaged --file list.json
[ "$("$DRAY" events --order "$po" --json | grep -c '"event":"damaged"')" = 3 ]
verdict "each of them is an event" $?

expect "an event that nobody declared is refused" 1 'damagd.*did you mean "damaged"' \
  "$DRAY" event damagd -o "$po"
expect "so is a field that it does not have" 1 'resaon.*did you mean "reason"' \
  "$DRAY" event damaged -o "$po" --json '{"resaon":"wet"}'
expect "a wrong type names the field" 1 'pieces: expected a whole number' \
  "$DRAY" event damaged -o "$po" --json '{"reason":"wet","pieces":"two"}'
expect "a report is about something" 1 'order: missing' "$DRAY" event picked_up
expect "JSON is JSON" 2 '--json: ' "$DRAY" event picked_up -o "$po" --json '{'
expect "one or the other" 2 'give one of them' "$DRAY" event damaged --json '{}' --file list.json
printf '[{"order":"%s","reason":"c"},{"order":"%s"}]' "$po" "$po" >list.json
expect "of a list with a mistake nothing is taken" 1 'reason: missing' "$DRAY" event damaged --file list.json
[ "$("$DRAY" events --order "$po" --json | grep -c '"event":"damaged"')" = 3 ]
verdict "not even what stands before it" $?

# ---- by file ----

mkdir -p inbox/gate
printf 'PO,When\n%s,2026-01-06T08:00Z\n%s,2026-01-06 09:00\n' "$po" "$po" >inbox/gate/a.csv
expect "a file is read by dray once" 0 'a file was read' "$DRAY" once -q
[ -f inbox/gate/done/a.csv ] && [ ! -f inbox/gate/a.csv ]
verdict "and put away" $?
[ "$("$DRAY" events --order "$po" --json | grep -c '"event":"picked_up"')" = 3 ]
verdict "its rows are events" $?
printf 'PO,When\n%s,yesterday\n' "$po" >inbox/gate/b.csv
expect "a file with a wrong row fails" 1 'wrong rows' "$DRAY" once -q
grep -q '^line 2: at: ' inbox/gate/failed/b.csv.reason.txt
verdict "the reason lies beside it" $? inbox/gate/failed/b.csv.reason.txt
cp inbox/gate/done/a.csv inbox/gate/c.csv
expect "a rehearsal leaves files where they are" 0 'nothing would be done' "$DRAY" once --dry-run
[ -f inbox/gate/c.csv ]
verdict "for the real run" $?

# ---- people ----

echo 'notify("desk", "two orders\n")' >tell.lua
expect "a script tells people" 0 '' "$DRAY" run -q tell.lua
grep -qx 'two orders' "$work/desk"
verdict "by the project's command" $? "$work/desk"

summary
