#!/usr/bin/env bash
# Writes docs/commands.md on stdout: what `dray --help` and `dray COMMAND --help` say. DRAY is the
# binary. tests/docs/commands.sh fails when the page is not what the program says.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
DRAY=${DRAY:-$root/build/dray}

cat <<'HEAD'
# Every command

This page is what `dray --help` and `dray COMMAND --help` say; `scripts/commands.sh` makes it.

HEAD
# shellcheck disable=SC2016 # backticks are Markdown's
printf '```\n%s\n```\n' "$("$DRAY" --help)"
"$DRAY" --help | sed -nE '/^commands:/,/^$/s/^  ([a-z]+) .*/\1/p' | while read -r command; do
  # shellcheck disable=SC2016
  printf '\n## dray %s\n\n```\n%s\n```\n' "$command" "$("$DRAY" "$command" --help)"
done
