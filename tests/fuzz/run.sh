#!/bin/bash
# run.sh FOLDER SECONDS: runs each fuzz target in FOLDER for SECONDS, two at a time, from the recorded bytes that corpus.txt
# names for it. The seed is fixed, so that a gate says the same of the same code; FUZZ_SEED=N looks elsewhere. Prints a line a target and the totals; what a target finds is kept in FOLDER/found and printed.
set -uo pipefail
folder=$1 seconds=${2:-20}
here=$(cd "$(dirname "$0")" && pwd)
found=$folder/found; mkdir -p "$found"
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:allocator_may_return_null=1} LC_ALL=C.UTF-8 TZ=UTC

fuzz_one() {
  local target=$1 name corpus log status
  name=$(basename "$target"); corpus=$(mktemp -d); log=$(mktemp)
  while read -r who what; do
    if [ "$who" = "$name" ] && [ -e "$what" ]; then find "$what" -type f -size -256k -exec cp --backup=numbered -t "$corpus" {} +; fi
  done <"$here/corpus.txt"
  "$target" -seed="${FUZZ_SEED:-1}" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -max_len=65536 -verbosity=1 -print_final_stats=1 \
    -artifact_prefix="$found/$name-" "$corpus" >"$log" 2>&1; status=$?
  printf '  %-4s %-28s %s runs\n' "$([ $status = 0 ] && echo ok || echo FAIL)" "$name" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  [ $status = 0 ] || { tail -n 40 "$log"; touch "$found/$name.failed"; }
  rm -rf "$corpus" "$log"
}
export -f fuzz_one; export seconds found here

rm -f "$found"/*.failed
targets=("$folder"/*_fuzz)
[ -x "${targets[0]}" ] || { echo "no fuzz target in $folder" >&2; exit 1; }
# shellcheck disable=SC2016 # $1 is the inner shell's
printf '%s\0' "${targets[@]}" | xargs -0 -n 1 -P 2 bash -c 'fuzz_one "$1"' run
failed=$(find "$found" -name '*.failed' | wc -l)
printf '%d passed, %d failed\n' $((${#targets[@]} - failed)) "$failed"
[ "$failed" = 0 ]
