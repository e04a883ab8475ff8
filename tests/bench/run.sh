#!/bin/bash
# run.sh: every benchmark, one after the other. Terms: "exec to …" is from fork and exec to the moment that the screen,
# read back through a terminal emulator, shows it; curl is the whole command, from fork to exit; medians.
set -euo pipefail
export LC_ALL=C.UTF-8 TZ=UTC BUILD=${BUILD:-build}
echo "raydeck bench: $(uname -m), $(nproc) cores, $(date -u +%F)"
for bench in "$BUILD"/tests/bench/*_bench; do
  CMOCKA_MESSAGE_OUTPUT=STDOUT "$bench" | grep -v '^\['
done
