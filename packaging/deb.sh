#!/bin/bash
# deb.sh ARCHIVE FOLDER: builds the binary package of a source archive (`make dist`) in FOLDER, and has lintian check it:
# an error or a warning fails. `make deb` calls it, and it prints the package's path last.
set -euo pipefail
archive=$(readlink -f "$1"); mkdir -p "$2"; cd "$2"
rm -rf raydeck-*/ ./*.deb ./*.changes ./*.buildinfo
tar -xzf "$archive"
(cd raydeck-*/ && dpkg-buildpackage -us -uc -b -j"$(nproc)") >log 2>&1 || { tail -n 30 log >&2; exit 1; }
# A newer Debian's policy than the one that the package names is no fault of it.
lintian --allow-root --fail-on error,warning --suppress-tags out-of-date-standards-version,newer-standards-version ./*.changes >&2
ls -1 "$PWD"/raydeck_*.deb
