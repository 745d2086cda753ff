#!/usr/bin/env bash
# Labels on paper: on a printer's own port and by commands, once each, whatever stops in between.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

project "$work/project"
tray=$work/tray
mkdir "$tray"
"$(helper printer)" "$tray" >"$work/port" &
printer_pid=$!
trap 'kill "$printer_pid" 2>/dev/null; end' EXIT
until [ -s "$work/port" ]; do sleep 0.02; done

cat >>dray.lua <<LUA
printer "dock" { raw = "127.0.0.1:$(cat "$work/port")", formats = { "ZPL", "PNG" } }
printer "off" { raw = "127.0.0.1:1", formats = { "ZPL" } }
printer "kills" { command = { "sh", "-c", "kill -9 \$PPID" }, formats = { "ZPL", "PNG" } }
printer "reports" { command = { "sh", "-c", "cat > '$work/report'" }, formats = { "PDF" } }
LUA

cat >label.lua <<'LUA'
-- The label of one order, printed on each printer that is named.
poll "orders"
local order = arg[1] ~= "-" and order(arg[1]) or orders { state = "new", warehouse = "DEL4" }[1]
order:accept()
order:request_label()
settle()
for i = 2, #arg do
  order.labels[1]:print(arg[i])
end
print(order.purchaseOrderNumber)
LUA

effects() { "$DRAY" effects --json | grep '"verb":"print"'; }
# papers COUNT: so many jobs came out of the printer.
papers() { [ "$(find "$tray" -type f ! -name jam | wc -l)" = "$1" ]; }

sim_start . --orders 20 --speed instant --floor floor.json
run "$DRAY" run -q label.lua - dock
said "a label is printed" 0 ''
po=$(cat "$work/out")
path=$("$DRAY" documents --order "$po" --kind label --json | sed -E 's/.*"path":"([^"]*)".*/\1/')
cmp "state/documents/$path" "$tray/1"
verdict "the printer has every byte of it" $?
effects | grep -q '"state":"assumed"'
verdict "which is assumed to be paper" $?
run "$DRAY" run -q label.lua "$po" dock
papers 1
verdict "a second run prints nothing twice" $? "$work/err"

expect "a person prints it once more" 0 '' "$DRAY" print "$po" --kind label
grep -Eq "label .*dock +2 +assumed" "$work/out"
verdict "as the second copy, where it was printed before" $? "$work/out"
papers 2 && cmp "$tray/1" "$tray/2"
verdict "and it is the same" $?
expect "and a third one by its number" 0 '' "$DRAY" print "$po" --kind label --copy 3 --json
grep -q '"printer":"dock","copy":3,"state":"assumed"' "$work/out"
verdict "for a program" $? "$work/out"
run "$DRAY" print "$po" --kind label --copy 3
papers 3
verdict "once, however often the command is given" $? "$work/out"

expect "a printer is named right" 1 'no printer "dok"; did you mean "dock"' "$DRAY" print "$po" --printer dok
expect "and takes what it is given" 1 'printer "reports" takes PDF; the label of order' \
  "$DRAY" print "$po" --printer reports --kind label
expect "a copy has a number" 2 'copy' "$DRAY" print "$po" --copy 0
expect "an order that nobody knows is not printed" 1 'NO-SUCH' "$DRAY" print NO-SUCH
expect "a kind is one" 2 'expected label, slip, invoice, gift or wrap' "$DRAY" print "$po" --kind lable

# ---- what goes wrong ----

format=$(sed -E 's/.*\.//' <<<"$path")
if [ "$format" = zpl ]; then
  expect "a printer that is off keeps it waiting" 3 '' "$DRAY" print "$po" --kind label --printer off
  grep -Eq 'off +1 +ready +127.0.0.1:1 cannot be reached: connection refused' "$work/out"
  verdict "and says why" $? "$work/out"
fi

touch "$tray/jam"
expect "a printer that jams" 3 '' "$DRAY" print "$po" --kind label --printer dock
grep -q 'held.*broke off: .*; some of it may be on paper' "$work/out"
verdict "has its print held" $? "$work/out"
rm "$tray/jam"
papers 4
verdict "and not repeated" $?

{ run "$DRAY" print "$po" --kind label --printer kills; } 2>/dev/null
[ "$code" = 137 ]
verdict "dray is killed in the middle of a print" $? "$work/err"
effects | grep -q '"state":"sending"'
verdict "which it had written down before" $?
run "$DRAY" once -q --timeout 20
[ "$code" = 3 ] && effects | tail -1 | grep -q '"state":"held".*dray stopped while this was printed'
verdict "the next one does not print it again by itself" $? "$work/err"

# ---- beside a running dray ----

"$DRAY" serve >"$work/serve.out" 2>"$work/serve.err" &
serve=$!
until [ -S state/socket ]; do sleep 0.05; done
expect "a running dray prints for another" 0 '' "$DRAY" print "$po" --kind label --printer dock
for _ in $(seq 100); do papers 5 && break || sleep 0.05; done
papers 5
verdict "soon" $? "$work/err" "$work/serve.err"
kill -TERM "$serve"
wait "$serve"
verdict "and ends well" $? "$work/serve.err"

summary
