#!/bin/sh
# Builds every tests/fuzz/fuzz_*.c with libFuzzer, ASan and UBSan and runs each one for
# DRAY_FUZZ_SECONDS (10). Corpora are temporary; what made a target fail is kept and named.
# Arguments choose targets: scripts/fuzz.sh format json
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
seconds=${DRAY_FUZZ_SECONDS:-10}
cc=${CLANG:-clang}
work=$(mktemp -d "${TMPDIR:-/tmp}/dray-fuzz-XXXXXX")
failed=0

# What made a target fail stays; everything else goes, also when the script is stopped.
end() { # shellcheck disable=SC2317
  if [ "$failed" -eq 0 ]; then rm -rf "$work"; fi
}
trap end EXIT
trap 'exit 130' INT TERM

if ! command -v "$cc" >/dev/null; then
  echo "fuzz: $cc is not installed" >&2
  exit 1
fi

# What a target is made of: the rooms that parse bytes from outside, base and document, and the words
# of schedules; for scripts the sandbox.
sources() {
  echo "$root"/src/base/*.c
  case $1 in
    sandbox) parts='sandbox budget plain pattern pattern_words trouble watchdog' ;;
    *)
      parts='schedule cron every calendar'
      echo "$root"/src/document/*.c
      ;;
  esac
  for part in $parts; do echo "$root/src/engine/$part.c"; done
}

build() {
  # shellcheck disable=SC2046 # a word each file and flag
  "$cc" -std=c11 -D_POSIX_C_SOURCE=200809L -g -O1 -fno-omit-frame-pointer \
    -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
    -I"$root/src" -o "$work/fuzz_$1" "$root/tests/fuzz/fuzz_$1.c" \
    $(sources "$1") $(pkg-config --cflags --libs lua5.4) -lcrypto -lz -lm
}

# Words that the fuzzer would take long to find.
dictionary() {
  cat >"$work/words" <<'WORDS'
"^XA"
"^XZ"
"^FDx^FS"
"^GFB,4,4,1,"
"~DYR:A,B,P,4,,"
"^CC"
"~CT"
"\x89PNG\x0d\x0a\x1a\x0a"
"\x00\x00\x00\x0dIHDR"
"IDAT"
"IEND"
"%PDF-1.4"
"startxref"
"%%EOF"
"\\ud83d\\udce6"
"\"key\":"
"1e400"
"true"
"false"
"null"
"AAAA"
"function"
"local "
" end "
"setmetatable({},"
"__index"
"pcall("
"while true do"
"string.rep("
":gsub("
"table.sort("
"<close>"
"goto "
"::x::"
"[[["
"%b()"
"AA=="
"mon-fri"
"*/15"
"07:30"
"@daily"
"2026-12-25"
WORDS
}

run() {
  mkdir "$work/corpus_$1"
  seed "$1" "$work/corpus_$1"
  if "$work/fuzz_$1" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -dict="$work/words" -artifact_prefix="$work/$1-" -print_final_stats=1 \
    "$work/corpus_$1" >"$work/$1.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$1.log")
    echo "fuzz: $1: $runs runs in ${seconds}s, nothing found"
  else
    tail -40 "$work/$1.log" >&2
    echo "fuzz: $1 FAILED; input and log are kept in $work" >&2
    failed=1
  fi
}

# A few whole inputs to begin with; the first byte of format and json is the piece length.
seed() {
  case $1 in
    schedule)
      printf 'aa5 8-17 * * mon-fri\n\n\n\n\n\n2026-12-25 x\n' >"$2/1"
      printf 'bb\n1d\n07:30\n\n\nmon,wed-fri\n' >"$2/2"
      printf 'cc\n15m\n\n22:00\n06:00\nfri-mon\n' >"$2/3"
      ;;
    base64) printf '\003\377Zm9vYmFy\r\nZg==' >"$2/1" ;;
    sandbox) cp "$root"/tests/sandbox/*.lua "$2" ;;
    json) printf '\003{"a":[1,-2.5e3,true,null,"\\u00e9\\n"],"b":{}}' >"$2/1" ;;
    format)
      printf '\003^XA^FO9,9^FDx^FS^GFB,3,3,1,\001^~^FS^XZ' >"$2/1"
      printf '\003%%PDF-1.4\nxref startxref\n9\n%%%%EOF\n' >"$2/2"
      printf '\003\211PNG\r\n\032\n\000\000\000\015IHDR\000\000\000\001\000\000\000\001\010\000\000\000\000\072\176\233\125\000\000\000\001IDAT' >"$2/3"
      ;;
  esac
}

dictionary
if [ $# -eq 0 ]; then
  for file in "$root"/tests/fuzz/fuzz_*.c; do
    name=$(basename "$file" .c)
    set -- "$@" "${name#fuzz_}"
  done
fi
for target in "$@"; do
  build "$target"
  run "$target"
done
exit "$failed"
