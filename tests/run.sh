#!/bin/bash
# run.sh PROGRAM... [WORD]: runs test programs, two at a time, each with a time limit; prints what failed whole and one line
# with the totals. A last argument that is no program picks those whose path contains it.
set -uo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
export BUILD=${BUILD:-build}
limit=${TEST_LIMIT:-170}
programs=(); word=''
for argument in "$@"; do
  if [ -x "$argument" ]; then programs+=("$argument"); else word=$argument; fi
done
if [ -n "$word" ]; then
  picked=(); for p in "${programs[@]}"; do [[ $p == *"$word"* ]] && picked+=("$p"); done
  programs=("${picked[@]}")
fi
[ ${#programs[@]} -gt 0 ] || { echo "no test program was given" >&2; exit 1; }
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT

run_one() {
  local program=$1 out=$2 name started status
  name=${program#"$BUILD"/tests/}
  started=$(date +%s.%N)
  CMOCKA_MESSAGE_OUTPUT=STDOUT timeout -k 5 "$limit" "$program" >"$out" 2>&1; status=$?
  printf '%s\n' "$status" >"$out.status"
  local passed failed
  local skipped
  skipped=$(grep -a '^\[  SKIPPED \] [^0-9]' "$out" | sort -u | wc -l)
  passed=$(grep -ac '^\[       OK \]' "$out"); failed=$(grep -a '^\[  FAILED  \] [^0-9]' "$out" | grep -v ' test(s)' | sort -u | wc -l)
  printf '%s %s %s\n' "$passed" "$failed" "$skipped" >"$out.count"
  printf '  %-4s %-40s %4d passed  %5.1f s\n' "$([ "$status" = 0 ] && echo ok || echo FAIL)" "$name" "$passed" \
    "$(echo "$(date +%s.%N) - $started" | awk '{print $1 - $3}')"
}
export -f run_one; export limit

# shellcheck disable=SC2016 # $1 and $2 are the inner shell's
printf '%s\n' "${!programs[@]}" | while read -r i; do printf '%s\0%s\0' "${programs[$i]}" "$work/$i"; done |
  xargs -0 -n 2 -P "${JOBS:-2}" bash -c 'run_one "$1" "$2"' run

passed=0; failed=0; skipped=0; bad=()
for i in "${!programs[@]}"; do
  read -r p f s <"$work/$i.count"; status=$(cat "$work/$i.status")
  passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
  # A program that was killed, timed out or ran nothing has failed even if no test of it says so.
  if [ "$status" != 0 ] || [ $((p + s)) = 0 ]; then bad+=("$i"); [ "$f" = 0 ] && failed=$((failed + 1)); fi
done
for i in "${bad[@]:-}"; do
  [ -n "$i" ] || continue
  printf '\n---- %s (status %s)\n' "${programs[$i]}" "$(cat "$work/$i.status")"; grep -av '^\[ RUN      \]\|^\[       OK \]' "$work/$i" | tail -n 60
done
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
