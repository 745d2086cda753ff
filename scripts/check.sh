#!/usr/bin/env bash
# Looks at the sources without running them: layout, size and mistakes of C, mistakes of Lua and of
# shell, what is banned, who may include whom, and whether docs/map.md is true.
#   scripts/check.sh            everything
#   scripts/check.sh --changed  clang-tidy only for C files that differ from the last commit
# Every complaint is file:line; ends with "check: clean" or exits 1.
set -euo pipefail
cd "$(dirname "$0")/.."
export LC_ALL=C.UTF-8

changed=no
case ${1:-} in
  '') ;;
  --changed) changed=yes ;;
  *)
    echo "usage: scripts/check.sh [--changed]" >&2
    exit 2
    ;;
esac

work=$(mktemp -d "${TMPDIR:-/tmp}/dray-check-XXXXXX")
trap 'rm -rf "$work"' EXIT
bad=()

# Runs one check and notes that it complained: check NAME COMMAND...
check() {
  local name=$1 begin=$SECONDS
  shift
  if "$@"; then
    echo "check: $name: clean ($((SECONDS - begin)) s)"
  else
    bad+=("$name")
    echo "check: $name: see above ($((SECONDS - begin)) s)"
  fi
}

# Files of the tree that end so; not what is ignored.
sources() {
  local endings=() ending
  for ending in "$@"; do endings+=("src/**.$ending" "tests/**.$ending" "lua/**.$ending"); done
  listed "${endings[@]}"
}

# What is there of what git knows or would know.
listed() {
  git ls-files -co --exclude-standard -- "$@" | sort -u | while read -r file; do
    [ ! -f "$file" ] || echo "$file"
  done
}

format() { sources c h | xargs clang-format --dry-run -Werror; }

tidy() {
  local files
  files=$(listed 'src/**.c')
  if [ "$changed" = yes ]; then
    files=$(git diff --name-only --diff-filter=d HEAD -- 'src/**.c'; git ls-files -o --exclude-standard -- 'src/**.c')
    [ -n "$files" ] || return 0
  fi
  cmake --preset release >"$work/configure" 2>&1 || {
    cat "$work/configure"
    return 1
  }
  # One file a process: the analyser's va_list check remembers too much from file to file.
  local status=0
  xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build <<<"$files" >"$work/tidy" 2>/dev/null || status=1
  sed "s|$PWD/||" "$work/tidy" | grep -E '^[^ ]+:[0-9]+:[0-9]+: (error|warning):' | sort -u || true
  [ $status = 0 ] || echo "(clang-tidy -p build FILE shows the way to each)"
  return $status
}

cpp_check() {
  cppcheck --quiet --std=c11 --enable=warning,portability,performance --inline-suppr \
    --suppress=missingIncludeSystem --include=/usr/include/x86_64-linux-gnu/sys/queue.h \
    --suppress='*:/usr/include/*' --error-exitcode=1 -j "$(nproc)" -Isrc src
}

lua_check() { listed '*.lua' ':!*.d.lua' | xargs luacheck --no-color --quiet; }

# What the compiler sees, comments gone and texts emptied, each line with file:line in front.
bare() {
  local file
  for file in "$@"; do
    gcc -fpreprocessed -dD -E "$file" 2>/dev/null | awk -v file="$file" '
      /^# [0-9]+ "/ { line = $2 - 1; next }
      { line++; gsub(/\\\\|\\"|\\\047/, ""); gsub(/"[^"]*"/, "\"\""); gsub(/\047[^\047]*\047/, "0")
        print file ":" line ": " $0 }'
  done
}

# The functions of style.md 10. Tests may set their environment before they begin anything.
banned_functions() {
  ! grep -E '[^A-Za-z0-9_](strcpy|strcat|sprintf|vsprintf|strtok|gets|atoi|alloca|setlocale|setenv|putenv)[[:space:]]*\(' \
    "$work/bare" | grep -vE '^tests/[^ ]* .*[^A-Za-z0-9_]setenv[[:space:]]*\('
}

# An assignment between the brackets of an if or while, or in the middle of a for.
assignments() {
  awk '
    function judge(text, place,   inner) {
      inner = text
      if (kind == "for") { sub(/^[^;]*;/, "", inner); sub(/;[^;]*$/, "", inner) }
      gsub(/[=!<>]=/, "", inner)
      if (inner ~ /=/) { print place ": assignment in a condition: " text; found = 1 }
    }
    {
      place = $1; rest = $0; sub(/^[^ ]* /, "", rest)
      while (rest != "") {
        if (depth == 0) {
          if (!match(rest, /(^|[^A-Za-z0-9_])(if|while|for)[ \t]*\(/)) next
          kind = substr(rest, RSTART, RLENGTH)
          gsub(/[^a-z]/, "", kind)
          rest = substr(rest, RSTART + RLENGTH); depth = 1; text = ""; begin = place
        }
        while (rest != "" && depth > 0) {
          c = substr(rest, 1, 1); rest = substr(rest, 2)
          if (c == "(") depth++
          if (c == ")") depth--
          if (depth > 0) text = text c
        }
        if (depth == 0) judge(text, begin)
      }
    }
    END { exit found }' "$work/bare"
}

# Who may include whom: every library has its room (design 4, style.md 13).
includes() {
  local found=0
  # allowed PATTERN ROOMS: no other file of src includes such a header.
  allowed() {
    if grep -rnE "#include <($1)" src | grep -vE "^src/($2)"; then found=1; fi
  }
  allowed 'lua|lauxlib|lualib' 'bind/|engine/|cli/(sim|test)\.c|main\.c'
  allowed 'sqlite3' 'store/'
  allowed 'uv\.h|curl/|microhttpd' 'net/'
  allowed 'zlib' 'document/'
  return $found
}

# docs/map.md is what the files say about themselves, and each of them says something.
map() {
  local status=0
  scripts/map.sh >"$work/map"
  diff -U0 docs/map.md "$work/map" || {
    echo "docs/map.md: run scripts/map.sh >docs/map.md"
    status=1
  }
  ! grep -F '(says nothing about itself)' "$work/map" || status=1
  return $status
}

shell_syntax() { listed '*.sh' .ci/run | xargs -n 1 bash -n; }

scripts/setup.sh check
mapfile -t c_files < <(sources c h)
bare "${c_files[@]}" >"$work/bare"

check "clang-format" format
check "banned functions" banned_functions
check "assignments in conditions" assignments
check "includes" includes
check "docs/map.md" map
check "shell" shell_syntax
check "luacheck" lua_check
check "cppcheck" cpp_check
check "clang-tidy" tidy

[ ${#bad[@]} -eq 0 ] || {
  printf 'check: complaints from: %s\n' "${bad[@]}"
  exit 1
}
echo "check: clean"
