#!/usr/bin/env bash
# A vendor's day over real HTTP on loopback: it ends well, Amazon's side and ours agree, and every
# document is what it says it is.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

code=0
"$root/scripts/vendor-day.sh" "$work/day" --orders 40 >"$work/out" 2>"$work/err" || code=$?
said "a day over HTTP ends with everything proved, each once by Amazon's own ledger" 0 '^documents are in '
cd "$work/day" || exit 1
# The simulator is gone; what follows only looks.
export DRAY_ENDPOINT=http://127.0.0.1:1 DRAY_CLIENT_SECRET=sim DRAY_REFRESH_TOKEN=sim

sed 's/"SHIPPED":1/"SHIPPED":2/' ledger.json >twice.json
run "$DRAY" run -q compare.lua twice.json amazon.json effects.json orders.json
said "the comparison notices an order that Amazon heard of twice" 1 'disagree in'
sed -E '0,/"state":"shipped"/s//"state":"accepted"/' orders.json >fewer.json
cmp -s orders.json fewer.json && not_ok "orders.json names states"
run "$DRAY" run -q compare.lua ledger.json amazon.json effects.json fewer.json
said "the comparison notices an order that is not where Amazon has it" 1 'disagree in'

# id kind format order path sha256, one document a line
"$DRAY" documents --all --json | sed -nE \
  's/.*"id":([0-9]+),"purchaseOrderNumber":"([^"]*)","kind":"([^"]*)".*"format":"([^"]*)".*"path":"([^"]*)".*"sha256":"([^"]*)".*/\1 \3 \4 \2 \5 \6/p' \
  >documents
(cd state/documents && find . -type f -name '*.*' | sort) >files
sed -E 's/^([^ ]+ ){4}([^ ]+) .*/.\/\2/' documents | sort | diff - files >"$work/diff"
verdict "every file in the archive has its row, every row its file" $? "$work/diff"
[ "$(wc -l <documents)" -gt 20 ]
verdict "a day brings documents" $?
find state \( -type f ! -perm 0600 \) -o \( -type d ! -perm 0700 \) >"$work/modes"
[ ! -s "$work/modes" ]
verdict "nobody else may read anything in the state folder" $? "$work/modes"

bad=0
while read -r _ _ _ _ path sha; do
  [ "$(sha256sum <"state/documents/$path")" = "$sha  -" ] || { bad=1; echo "$path" >>"$work/bad"; }
done <documents
verdict "every document has the checksum that is recorded" $bad "$work/bad"

bad=0
for path in $(awk '$3 == "PNG" { print $5 }' documents); do
  pngcheck -q "state/documents/$path" >>"$work/png" 2>&1 || bad=1
done
[ "$(awk '$3 == "PNG"' documents | wc -l)" -gt 0 ] || bad=1
verdict "every PNG decodes" $bad "$work/png"

bad=0
while read -r _ _ format order path _; do
  [ "$format" = PDF ] || continue
  pdftotext "state/documents/$path" - 2>>"$work/pdf" | grep -qF "$order" || { bad=1; echo "$path" >>"$work/pdf"; }
done <documents
[ "$(awk '$3 == "PDF"' documents | wc -l)" -gt 0 ] || bad=1
verdict "every PDF can be read and names its order" $bad "$work/pdf"

bad=0
while read -r _ _ format order path _; do
  [ "$format" = ZPL ] || continue
  grep -qF '^XA' "state/documents/$path" && grep -qF '^XZ' "state/documents/$path" &&
    grep -qF "$order" "state/documents/$path" || { bad=1; echo "$path" >>"$work/zpl"; }
done <documents
[ "$(awk '$3 == "ZPL"' documents | wc -l)" -gt 0 ] || bad=1
verdict "every ZPL label is whole and names its order" $bad "$work/zpl"

read -r id _ _ _ path _ <documents
run "$DRAY" documents get "$id" -O taken
said "documents get writes a document out" 0 ''
cmp -s taken "state/documents/$path"
verdict "and it is the same, byte for byte" $?

summary
