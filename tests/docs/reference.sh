#!/usr/bin/env bash
# docs/reference.md is what the types for editors say.
set -euo pipefail
cd "$(dirname "$0")/../.."

if diff <(scripts/reference.sh) docs/reference.md; then
  echo "ok docs/reference.md is what lua/dray/types/dray.d.lua says"
else
  echo "NOT OK docs/reference.md is what lua/dray/types/dray.d.lua says (run scripts/reference.sh >docs/reference.md)"
  exit 1
fi
