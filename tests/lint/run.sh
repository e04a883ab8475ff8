#!/bin/bash
# run.sh: every lint of the project, each named, all of them run; ends with a line of totals. Exit 1 when one found something.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 2
export LC_ALL=C.UTF-8
venv=${LINT_VENV:-build/lint-venv}
failures=0; checks=0

check() {
  local name=$1; shift
  local out
  checks=$((checks + 1))
  if out=$("$@" 2>&1); then printf '  ok   %s\n' "$name"
  else printf '  FAIL %s\n%s\n' "$name" "$out"; failures=$((failures + 1)); fi
}

sources() { git ls-files -co --exclude-standard -- '*.c' '*.h'; }

lizard_ready() {
  [ -x "$venv/bin/lizard" ] && return 0
  mkdir -p "$(dirname "$venv")"
  python3 -m venv "$venv" && "$venv/bin/pip" install -q 'lizard==1.17.31'
}

headers_alone() {
  local header bad=0 flags
  flags=$(pkg-config --cflags libcurl libcjson hiredis yaml-0.1 libuv libprotobuf-c ncursesw expat libmicrohttpd gnutls cmocka vterm)
  make -s --no-print-directory generated
  while read -r header; do
    # shellcheck disable=SC2086 # the flags are words
    echo "#include \"$header\"" |
      ${CC:-cc} -std=c11 -D_GNU_SOURCE -I. -Ibuild/gen $flags -Wall -Wextra -fsyntax-only -x c - || { echo "$header does not compile alone"; bad=1; }
  done < <(sources | grep '\.h$')
  return $bad
}

formatted() { sources | xargs clang-format --dry-run -Werror; }
shells() { git ls-files -co --exclude-standard | xargs grep -lE '^#!/bin/(ba)?sh' | xargs shellcheck -x; }
complexity() {
  # Product code: what STYLE asks for; a switch that maps words counts as one.
  # Tests may be longer: a test reads best in one piece.
  lizard_ready || return 1
  "$venv/bin/lizard" -l c -w -m -L 80 -C 20 -a 9 backends deploy tui
}
clang_too() { make -s --no-print-directory clang-programs; }

check 'layers: includes point one way; curses only in tui/term' python3 tests/lint/layers.py
check 'banned functions and commands' python3 tests/lint/banned.py
check 'files: no longer than they may be; no mutable globals' python3 tests/lint/files.py
check 'names: functions say what they act on; each file says what it is for' python3 tests/lint/names.py
check 'pages: each promise names its test; the files they name are there' python3 tests/lint/pages.py
check 'walkthrough: each command of the pages exists, and says whether it was run' python3 tests/lint/walkthrough.py
check 'each header compiles alone' headers_alone
check 'function length and complexity (lizard)' complexity
check 'shell scripts (shellcheck)' shells
check 'formatting (clang-format)' formatted
check 'clang compiles without a warning' clang_too

printf '%d passed, %d failed\n' $((checks - failures)) "$failures"
[ "$failures" = 0 ]
