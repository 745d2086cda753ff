#!/usr/bin/env bash
# Installs the Debian packages that dray needs, builds it, and ships four simulated days: a vendor's
# 300 orders from two warehouses by a script, 100 more by rules under `dray serve`, a seller's shipments
# of all three programs by a script, and a Seller Flex node's by rules. Exits 0 only when dray and the
# simulated Amazon agree on all of it.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh build
echo "demo: building" >&2
DRAY=$(scripts/build.sh release dray | tail -1)/dray
export DRAY

folder=$(mktemp -d "${TMPDIR:-/tmp}/dray-demo-XXXXXX")
echo "demo: a day with 300 orders in $folder" >&2
scripts/vendor-day.sh "$folder" --orders 300
echo "demo: a day by rules with 100 orders" >&2
scripts/warehouse-day.sh "$folder/rules" --orders 100
echo "demo: a seller's day with 6 shipments, at the one call a second that Amazon allows" >&2
scripts/seller-day.sh "$folder/seller" --shipments 6
echo "demo: a Seller Flex node's day by rules with 6 shipments" >&2
scripts/flex-day.sh "$folder/flex" --shipments 6
echo "labels, packing slips and invoices are in $folder/state/documents and $folder/seller/state/documents"
cd "$folder/rules"
po=$("$DRAY" orders --json | sed -nE 's/.*"purchaseOrderNumber":"([^"]*)".*"state":"denied".*/\1/p' | head -1)
[ -z "$po" ] || DRAY_ENDPOINT=http://127.0.0.1:1 "$DRAY" explain "$po"
