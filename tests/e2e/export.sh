#!/usr/bin/env bash
# `export "labels/"`: every document is also a named file for other programs, and no failure there
# touches the document itself.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

project "$work/project"
cp dray.lua plain.lua
with_export() { { cat plain.lua; echo "export \"$1\""; } >dray.lua; }
line=$(($(wc -l <plain.lua) + 1))

# ---- the folder ----

for wrong in '' /tmp/labels ../labels labels/../.. .hidden state state/labels; do
  with_export "$wrong"
  expect "documents are not exported to \"$wrong\"" 1 "^dray.lua:$line: export: " "$DRAY" check
done
{ cat plain.lua; echo 'export "a"'; echo 'export "b"'; } >dray.lua
expect "documents have one folder" 1 "^dray.lua:$((line + 1)): export: is there twice" "$DRAY" check
{ cat plain.lua; echo 'export(7)'; } >dray.lua
expect "a folder is a text" 1 "^dray.lua:$line: export: expected a folder" "$DRAY" check

# ---- a day ----

cat >label.lua <<'LUA'
-- Labels for the first orders that are new, as many as wanted.
poll "orders"
local left = tonumber(arg[1])
for order in orders { state = "new", warehouse = "DEL4" } do
  if left > 0 then
    order:accept()
    order:request_label()
    left = left - 1
  end
end
settle { timeout = "30s" }
LUA

# The exported files as "NAME SHA256", and what they should be by dray's own list.
exported() { (cd "$1" && sha256sum -- * 2>/dev/null) | awk '{ print $2, $1 }' | sort; }
listed() {
  "$DRAY" documents --json | sed -nE \
    's/.*"purchaseOrderNumber":"([^"]*)","kind":"label","package":"([^"]*)","format":"([^"]*)".*"sha256":"([^"]*)".*/\1-\2.\L\3 \4/p' | sort
}

sim_start . --orders 30 --speed instant --floor floor.json
with_export out/labels/
run "$DRAY" run -q label.lua 3
said "a run with an export goes well" 0 ''
exported out/labels >"$work/files"
listed | diff - "$work/files" >"$work/diff" && [ -s "$work/files" ]
verdict "every label is a file PO-PACKAGE.format with the bytes of the document" $? "$work/diff" "$work/files"
[ -z "$(find out \( -type f ! -perm 0600 \) -o \( -type d ! -perm 0700 \))" ] && [ -z "$(find out -name '.*')" ]
verdict "for nobody else to read, and no part of a file is left behind" $?

one=$(head -1 "$work/files" | cut -d' ' -f1)
rm "out/labels/$one"
run "$DRAY" run -q label.lua 1
[ ! -e "out/labels/$one" ] && [ "$(exported out/labels | wc -l)" -ge "$(wc -l <"$work/files")" ]
verdict "a file that another program took away does not come back" $? "$work/err"

# ---- what goes wrong ----

rm -rf out
echo "in the way" >out
run "$DRAY" run -q label.lua 2
said "a folder that cannot be made is a warning" 0 'not exported.*out'
[ "$(grep -c 'not exported' "$work/err")" = 1 ]
verdict "and said once" $? "$work/err"
new=$(($("$DRAY" documents --json | wc -l) - $(wc -l <"$work/files") - 1))
[ "$new" -ge 1 ]
verdict "the documents themselves are there" $?
rm out
run "$DRAY" run -q label.lua 0
exported out/labels >"$work/later"
[ "$(wc -l <"$work/later")" = 2 ] && ! listed | diff - "$work/later" | grep -q '^>'
verdict "the next start makes up for them, and only for them" $? "$work/later" "$work/err"

path=$("$DRAY" documents --json | tail -1 | sed -E 's/.*"path":"([^"]*)".*/\1/')
[ -n "$path" ] && ln -sf /etc/hostname "out/labels/link" && run "$DRAY" run -q label.lua 1
said "a link in the folder is of no matter" 0 ''
[ "$(readlink out/labels/link)" = /etc/hostname ]
verdict "and stays what it is" $?

# ---- an export that is new ----

with_export later
run "$DRAY" run -q label.lua 0
[ ! -e later ] || [ -z "$(ls later)" ]
verdict "another folder begins with what comes next" $?
sim_stop
rm -rf state
sim_start . --orders 30 --speed instant --floor floor.json
cp plain.lua dray.lua
run "$DRAY" run -q label.lua 2
with_export fresh
run "$DRAY" run -q label.lua 1
said "an export that is new says that it leaves out what was there" 0 'export is new'
[ "$(exported fresh | wc -l)" = 1 ]
verdict "and exports what comes from now on" $? "$work/err"

summary
