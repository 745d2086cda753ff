#!/usr/bin/env bash
# Installs the Debian packages that dray needs, builds it, and ships a simulated day of 300 orders
# from two warehouses. Exits 0 only when dray and the simulated Amazon agree on all of it.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh build
echo "demo: building" >&2
DRAY=$(scripts/build.sh release dray | tail -1)/dray
export DRAY

folder=$(mktemp -d "${TMPDIR:-/tmp}/dray-demo-XXXXXX")
echo "demo: a day with 300 orders in $folder" >&2
scripts/vendor-day.sh "$folder" --orders 300
echo "labels, packing slips and invoices are in $folder/state/documents"
