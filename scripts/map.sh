#!/usr/bin/env bash
# Writes the map of the code on stdout: one line a file, the first sentence that each file says about
# itself. `scripts/map.sh >docs/map.md` renews it; scripts/check.sh fails when it is not true.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

# The first sentence of the comment at the top of a file.
sentence() {
  awk '
    NR == 1 && /^#!/ { next }
    /^# shellcheck / || /^---@meta/ || /^[ \t]*$/ && text == "" { next }
    !/^(\/\*| \*|--|#)/ || /^#(include|ifndef|define)/ { exit }
    {
      line = $0
      sub(/^(\/\*+|[ ]\*+\/?|--+|#+)[ ]?/, "", line)
      end = line ~ /\*\/[ \t]*$/
      sub(/[ \t]*\*\/[ \t]*$/, "", line)
      if (text != "" && (line == "" || line ~ /^  /)) exit # a list, an example
      text = text (text == "" || line == "" ? "" : " ") line
      if (match(text, /[^0-9.…][.?!]"?( |$)/)) { text = substr(text, 1, RSTART + RLENGTH - 1); exit }
      if (end) exit
    }
    END {
      gsub(/ \((laws? |design |domain\.md|durability\.md|lua-hosts\.md)[^)]*\)/, "", text)
      sub(/[ \t:;,]+$/, "", text)
      print text
    }' "$1"
}

# A spec may say it in its outermost describe.
title() { sed -nE 's/^describe\("([^"]*)".*/\1/p' "$1" | head -1; }

describe() {
  local text
  text=$(sentence "$1")
  if [ -z "$text" ] && [[ $1 == *.h ]]; then text=$(sentence "${1%.h}.c"); fi
  if [ -z "$text" ] && [[ $1 == *_spec.lua ]]; then text=$(title "$1"); fi
  # shellcheck disable=SC2016 # backticks are Markdown's
  printf -- '- `%s`: %s\n' "$2" "${text:-(says nothing about itself)}"
}

# The files of a folder; a header and its source are one line.
room() {
  local file
  printf '\n## %s\n\n%s\n\n' "$1" "$2"
  git ls-files -co --exclude-standard -- "$1" | sort -u | while read -r file; do
    [ -f "$file" ] || continue
    case $file in
      *.c) [ -f "${file%.c}.h" ] || describe "$file" "$file" ;;
      *.h) if [ -f "${file%.h}.c" ]; then describe "$file" "${file%.h}.[ch]"; else describe "$file" "$file"; fi ;;
      *) describe "$file" "$file" ;;
    esac
  done
}

cat <<'HEAD'
# The map of the code

One line a file: what the file says about itself. `scripts/map.sh` makes this page, and
`scripts/check.sh` fails when it is not true.

Arrows point one way: base <- net, store, document <- spapi <- workflow <- engine <- bind, cli. A room
is a folder of `src` and a static library that is linked with nothing but the rooms before it.
HEAD

room src/main.c "Where it begins."
room src/base "Buffers, faults, clock, chance, time zones, log, JSON, secrets. Knows no other room."
room src/net "The loop with its one timer heap, the transport, the HTTP client and server, child processes."
room src/store "The one SQLite file. No SQLite type in its headers."
room src/document "What a document really is, and where it is kept."
room src/spapi "Amazon's operations: the table of them, shapes of bodies, tokens, quota, one call, lists."
room src/workflow "A vendor's order: legal steps, bodies, keys, what is sent, what is proved, what is polled."
room src/engine "Scripts: tasks that wait, and the sandbox that they run in."
room src/bind "The words of scripts, one file a module; the simulator behind the transport; specs."
room src/cli "One file a command, its flags in a table on top."
room lua/dray "The Lua half."
room lua/sim "The simulator: Amazon as handlers over a small state."
room scripts "What people and CI run."
room tests/unit "C units, run by ctest."
room tests/spec "Specs under busted, inside the binary: \`dray test tests/spec\`."
room tests/e2e "End to end, over real HTTP on loopback."
room tests/docs "The documentation is tested, too."
room tests/fuzz "Targets of scripts/fuzz.sh."
room tests/bench "Scripts and projects of scripts/bench.sh."
