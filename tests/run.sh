#!/bin/bash
# run.sh PROGRAM... [WORD]: runs test programs, two at a time (JOBS), each with a time limit (TEST_LIMIT seconds); prints what
# failed whole and one line with the totals. A last argument that is no program picks those whose path contains it. A program
# that failed runs once more by itself after the others: one that passes then is called flaky, and fails the run but with RETRY=1.
set -uo pipefail
export LC_ALL=C.UTF-8 TZ=UTC
export BUILD=${BUILD:-build}
limit=${TEST_LIMIT:-300}
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

# run_one PROGRAM OUT: leaves OUT, OUT.status and OUT.count (passed, failed, skipped).
run_one() {
  local program=$1 out=$2 name started status passed failed skipped verdict=ok
  name=${program#"$BUILD"/tests/}
  started=$(date +%s.%N)
  CMOCKA_MESSAGE_OUTPUT=STDOUT timeout -k 5 "$limit" "$program" >"$out" 2>&1; status=$?
  printf '%s\n' "$status" >"$out.status"
  [ "$status" != 124 ] && [ "$status" != 137 ] || printf 'not over within its limit: TEST_LIMIT=%s seconds\n' "$limit" >>"$out"
  skipped=$(grep -a '^\[  SKIPPED \] [^0-9]' "$out" | sort -u | wc -l)
  passed=$(grep -ac '^\[       OK \]' "$out"); failed=$(grep -a '^\[  FAILED  \] [^0-9]' "$out" | grep -v ' test(s)' | sort -u | wc -l)
  # A program that was killed, timed out or ran nothing has failed even if no test of it says so.
  if [ "$status" != 0 ] || [ $((passed + skipped)) = 0 ]; then verdict=FAIL; [ "$failed" != 0 ] || failed=1; fi
  printf '%s %s %s\n' "$passed" "$failed" "$skipped" >"$out.count"
  printf '  %-4s %-40s %4d passed  %5.1f s\n' "$verdict" "$name" "$passed" "$(echo "$(date +%s.%N) - $started" | awk '{print $1 - $3}')"
}
export -f run_one; export limit

# What a test that failed did not free says nothing.
output_show() {
  grep -av '^\[ RUN      \]\|^\[       OK \]' "$1" | { if grep -aq '^\[  FAILED  \]' "$1"; then sed '/ERROR: LeakSanitizer/,$d'; else cat; fi; } | tail -n 60
}

# shellcheck disable=SC2016 # $1 and $2 are the inner shell's
printf '%s\n' "${!programs[@]}" | while read -r i; do printf '%s\0%s\0' "${programs[$i]}" "$work/$i"; done |
  xargs -0 -n 2 -P "${JOBS:-2}" bash -c 'run_one "$1" "$2"' run

passed=0; failed=0; skipped=0; flaky=0; bad=()
for i in "${!programs[@]}"; do
  read -r p f s <"$work/$i.count"
  if [ "$f" != 0 ]; then
    [ ${#bad[@]} -gt 0 ] || printf '\nonce more, by itself:\n'
    run_one "${programs[$i]}" "$work/$i.again"
    read -r again_p again_f again_s <"$work/$i.again.count"
    if [ "$again_f" = 0 ]; then flaky=$((flaky + 1)); p=$again_p; f=0; s=$again_s; fi
    bad+=("$i")
  fi
  passed=$((passed + p)); failed=$((failed + f)); skipped=$((skipped + s))
done
for i in "${bad[@]}"; do
  read -r p f s <"$work/$i.again.count"
  printf '\n---- %s%s (status %s)\n' "$([ "$f" != 0 ] || echo 'flaky ')" "${programs[$i]#"$BUILD"/tests/}" "$(cat "$work/$i.status")"
  output_show "$work/$i"
done
printf '\n%d passed, %d failed, %d skipped, %d flaky\n' "$passed" "$failed" "$skipped" "$flaky"
[ "$failed" = 0 ] && { [ "$flaky" = 0 ] || [ "${RETRY:-0}" = 1 ]; }
