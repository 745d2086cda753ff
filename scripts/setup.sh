#!/usr/bin/env bash
# Installs what is missing from Debian 12 for one purpose, and nothing else:
#   scripts/setup.sh build   the compiler and the libraries (the default)
#   scripts/setup.sh test    build, and what the tests run
#   scripts/setup.sh check   build, and what scripts/check.sh runs
#   scripts/setup.sh fuzz    build, and what scripts/fuzz.sh runs
#   scripts/setup.sh all     all of them
# Does nothing when everything is there; needs root or sudo only when something is not.
set -euo pipefail

build=(
  gcc libc6-dev cmake ninja-build pkg-config
  liblua5.4-dev lua-cjson-dev libcurl4-openssl-dev libssl-dev libsqlite3-dev
  libuv1-dev libmicrohttpd-dev zlib1g-dev
  tzdata ca-certificates
)
tests=(lua5.4 lua-busted pngcheck poppler-utils)
checks=(git clang-format clang-tidy cppcheck lua-check)
fuzzing=(clang libclang-rt-14-dev)

case ${1:-build} in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${tests[@]}") ;;
  check) wanted=("${build[@]}" "${checks[@]}") ;;
  fuzz) wanted=("${build[@]}" "${fuzzing[@]}") ;;
  all) wanted=("${build[@]}" "${tests[@]}" "${checks[@]}" "${fuzzing[@]}") ;;
  *)
    echo "usage: scripts/setup.sh [build|test|check|fuzz|all]" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: this is not Debian; install by hand: ${wanted[*]}" >&2
  exit 1
fi

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: missing: ${missing[*]}; run this as root, or install sudo" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "setup: installing ${missing[*]}" >&2
apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=120)
"${as_root[@]}" "${apt[@]}" update >&2 </dev/null
"${as_root[@]}" "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >&2 </dev/null
