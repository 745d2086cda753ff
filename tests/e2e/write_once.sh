#!/usr/bin/env bash
# A write leaves once (law 4): Amazon takes it and hangs up without an answer. Each effect is one
# request and its outcome unknown; when the quiet window is over it is looked up, not sent again.
set -uo pipefail
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

clock_begin

# The day, with an end to its patience: day TIME
day() {
  sed -E -e "s/^settle\(\)\$/settle { timeout = \"$1\" }/" -e '/^poll "invoices"$/d' \
    "$root/examples/vendor-day/day.lua"
}

# state_count VERB STATE: how many effects
state_count() { "$DRAY" effects -s "$2" --json | grep -cE "\"verb\":\"($1)\"" || true; }

# lost OPERATION SECTION VERBS COUNTRY: a day in which every answer to one operation is lost.
lost() {
  local operation=$1 section=$2 verbs=$3 told effects
  clock_at 0
  project "$work/$operation"
  day 4s >short.lua
  LD_PRELOAD=$clock sim_start . --orders 10 --country "$4" --speed instant --floor floor.json \
    --fault "$operation:lost_after=1" || exit 1
  LD_PRELOAD=$clock run "$DRAY" run -q short.lua floor.json
  said "$operation, every answer lost: the run ends with 3" 3 ''
  sim_get /sim/ledger ledger.json
  told=$(json ledger.json "it.totals.$section.told")
  effects=$(state_count "$verbs" unknown)
  [ "$effects" -gt 0 ] && [ "$told" = "$effects" ]
  verdict "$operation: one request an effect, each of them unknown ($effects effects, told $told)" $?

  sim_tell /sim/faults '{"faults":[]}' >"$work/told"
  clock_at $quiet_over
  day 40s >long.lua
  LD_PRELOAD=$clock run "$DRAY" run -q long.lua floor.json
  said "$operation: after the quiet window everything is proved" 0 ''
}

for operation in submitAcknowledgement:acknowledgement:'accept|reject':DE \
  submitShippingLabelRequest:label:request_label:IN submitShipmentConfirmations:confirmation:'confirm|floor_deny':DE; do
  IFS=: read -r name section verbs country <<<"$operation"
  lost "$name" "$section" "$verbs" "$country"
  LD_PRELOAD=$clock agree
  verdict "$name: Amazon heard everything once, by its own ledger" $? "$work/agree"
  sim_stop
done

# A scan cannot be looked up: it says the same fact once more, and not a third time.
lost submitShipmentStatusUpdates scans scan DE
sim_get /sim/ledger ledger.json
[ "$(json ledger.json it.totals.scans.told)" = "$((2 * $(state_count scan succeeded)))" ]
verdict "submitShipmentStatusUpdates: a scan of which nobody knows is repeated once" $?
sim_stop

summary
