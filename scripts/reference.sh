#!/usr/bin/env bash
# Writes docs/reference.md on stdout: the words and things of lua/dray/types/dray.d.lua, one section each.
# tests/docs/reference.sh fails when the page is not that.
set -euo pipefail
cd "$(dirname "$0")/.."

cat <<'HEAD'
# Reference

Every word of scripts and rules, and what they give. This page is what `lua/dray/types/dray.d.lua` says (editors
read the same file); `scripts/reference.sh` makes it. Words that *wait* let time pass: for Amazon, for the clock, for
an effect. `?` after a name: it may be left out, or be nil.
HEAD

awk '
  # The length of the type at the beginning of a text: up to the first blank outside of brackets.
  function type_length(text,   i, c, depth) {
    if (text ~ /^async /) return 6 + type_length(substr(text, 7))
    depth = 0
    for (i = 1; i <= length(text); i++) {
      c = substr(text, i, 1)
      if (index("({<[", c)) depth++
      if (index(")}>]", c)) depth--
      if (c == " " && depth == 0 && substr(text, i - 1, 1) != ":") return i - 1
    }
    return length(text)
  }
  function code(text) {
    gsub(/dray\./, "", text)
    gsub(/\|/, " or ", text)
    return "`" text "`"
  }
  # "TYPE the rest" as "`TYPE` the rest".
  function typed(text,   n, rest) {
    n = type_length(text)
    rest = substr(text, n + 2)
    gsub(/\|/, "\\|", rest)
    return code(substr(text, 1, n)) (rest == "" ? "" : ": " rest)
  }
  function named(text,   name) {
    name = text
    sub(/ .*/, "", name)
    sub(/^[^ ]+ /, "", text)
    return "`" name "` " typed(text)
  }
  function forget() { about = ""; params = ""; gives = ""; fields = ""; class = ""; waits = ""; values = ""; alias = "" }
  function keep_class() {
    if (class == "") return
    classes[++count] = class
    text_of[class] = "\n### " class "\n\n" about (fields == "" ? "" : "\n| field | |\n|---|---|\n" fields)
    forget()
  }
  function take_function(line,   head, class_of) {
    head = line
    sub(/^function /, "", head)
    sub(/ end$/, "", head)
    gsub(/dray\./, "", head)
    text = (waits == "" ? "" : "*Waits.* ") about params gives
    if (head ~ /:/) {
      class_of = head
      sub(/:.*/, "", class_of)
      methods[class_of] = methods[class_of] "\n#### " tolower(class_of) substr(head, length(class_of) + 1) "\n\n" text
    } else {
      words = words "\n### " head "\n\n" text
    }
    forget()
  }
  BEGIN { forget() }
  /^---@meta/ { next }
  /^---@async/ { waits = "yes"; next }
  /^---@generic|^---@type/ { next }
  /^---@class / {
    class = $2
    sub(/<.*/, "", class)
    sub(/^dray\./, "", class)
    next
  }
  /^---@field / {
    line = substr($0, 11)
    name = line
    sub(/ .*/, "", name)
    if (name ~ /^\[/) next
    sub(/^[^ ]+ /, "", line)
    fields = fields "| `" name "` | " typed(line) " |\n"
    next
  }
  /^---@alias / {
    alias = $2
    sub(/^dray\./, "", alias)
    line = $0
    sub(/^---@alias [^ ]+ ?/, "", line)
    values = line == "" ? "" : typed(line) "\n"
    next
  }
  /^---\| / {
    line = substr($0, 6)
    values = values "* " typed(line) "\n"
    next
  }
  /^---@param / { params = params "* " named(substr($0, 11)) "\n"; next }
  /^---@return / { gives = gives "* gives " typed(substr($0, 12)) "\n"; next }
  /^---@overload / { next }
  /^---/ {
    line = substr($0, 4)
    sub(/^ /, "", line)
    about = about line "\n"
    next
  }
  /^function / { if (class != "") keep_class(); if (params gives != "" && about != "") about = about "\n"; take_function($0); next }
  /^local / { keep_class(); next }
  /^[a-z_]+ = / {
    name = $1
    words = words "\n### " name "\n\n" about
    forget()
    next
  }
  /^$/ {
    if (alias != "") { aliases = aliases "\n### " alias "\n\n" about values; forget() }
    keep_class()
    next
  }
  END {
    keep_class()
    printf "\n## Words\n%s\n## Things\n", words
    for (i = 1; i <= count; i++) {
      printf "%s%s", text_of[classes[i]], methods[classes[i]]
    }
    printf "\n## Values\n%s", aliases
  }' lua/dray/types/dray.d.lua
