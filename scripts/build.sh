#!/usr/bin/env bash
# Configures and builds one preset of CMakePresets.json, quietly unless it fails.
#   scripts/build.sh [release|debug] [TARGET...]
# DRAY_WERROR=ON makes warnings errors. Prints the folder of the build as its last line.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=${1:-release}
[ $# -eq 0 ] || shift
case $preset in
  release) folder=build ;;
  debug) folder=build-debug ;;
  *)
    echo "usage: scripts/build.sh [release|debug] [TARGET...]" >&2
    exit 2
    ;;
esac

said=$(mktemp "${TMPDIR:-/tmp}/dray-build-XXXXXX")
trap 'rm -f "$said"' EXIT

quietly() {
  "$@" >"$said" 2>&1 </dev/null || {
    cat "$said" >&2
    echo "build: $* failed" >&2
    exit 1
  }
}

targets=()
[ $# -eq 0 ] || targets=(--target "$@")

quietly cmake --preset "$preset" -DDRAY_WERROR="${DRAY_WERROR:-OFF}"
quietly cmake --build --preset "$preset" "${targets[@]}" -- --quiet
grep -n 'warning:' "$said" >&2 || true
echo "$PWD/$folder"
