#!/usr/bin/env bash
# Each of the 25 pains of docs/pains.md has its threads and a test that is there: the file, and the test's own words in it.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
page=docs/pains.md
status=0

verdict() {
  if [ "$2" = 0 ]; then
    echo "ok $1"
  else
    echo "NOT OK $1 ($3)"
    status=1
  fi
}

# Tests by the number of their pain: "17<TAB>FILE<TAB>WORDS".
shown=$(awk -v OFS='\t' '
  /^## [0-9]+\. / { number = $2 + 0 }
  match($0, /^\* `[^`]+`: ".*"$/) {
    file = words = $0
    sub(/^\* `/, "", file); sub(/`.*/, "", file)
    sub(/^[^"]*"/, "", words); sub(/"$/, "", words)
    print number, file, words
  }' "$page")

while IFS=$'\t' read -r number file words; do
  grep -qF -- "\"$words\"" "$file" 2>/dev/null
  verdict "pain $number is shown by $file: $words" $? "there is no such test"
done <<<"$shown"

for number in $(seq 25); do
  grep -qE "^## $number\. " "$page" && grep -qP "^$number\t" <<<"$shown"
  verdict "pain $number has an answer and a test" $? "it has none"
done

# What begins as a test and is not read as one would be believed unseen.
[ "$(grep -c '^\* ' "$page")" = "$(wc -l <<<"$shown")" ]
verdict "every test of $page is looked for" $? "a line has another form"
exit $status
