#!/bin/bash
# bare.sh SUITE ARCHIVE [PACKAGE]: installs, runs and removes the package on a bare Debian of that suite (bookworm, trixie), by
# install.sh. Without PACKAGE it is built there first from ARCHIVE (of `make dist`), with its own Build-Depends alone and no git,
# and checked by that release's lintian. The system is a chroot of mmdebstrap with namespaces of its own for mounts and
# processes: nothing on this machine is changed, and nothing is left of it. Skipped, with a sentence, where a
# machine grants no namespaces or that suite's packages cannot be had. Takes root, or sudo.
set -euo pipefail
[ "$(id -u)" = 0 ] || exec sudo -E "$0" "$@"
suite=$1 archive=$(readlink -f "$2") package=${3:+$(readlink -f "$3")}
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
work=$(mktemp -d "${TMPDIR:-/var/tmp}/raydeck-bare.XXXXXX"); trap 'rm -rf "$work"' EXIT
fail() { echo "test-deb: $suite: $*" >&2; exit 1; }
skip() { echo "test-deb: $suite: skipped: $*"; exit 0; }

# The package sources of this machine with the other suite's name; none where this is another distribution: mmdebstrap knows one.
sources() {
  local id codename file
  id=$(. /etc/os-release && echo "$ID"); codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  for file in "/etc/apt/sources.list.d/$id.sources" /etc/apt/sources.list; do
    [ -s "$file" ] || continue
    sed "s/\<$codename\>/$suite/g" "$file"
    return
  done
}

# run_in ROOT COMMAND...: in ROOT/work; processes that COMMAND leaves end with it. Of the environment proxies alone get there.
run_in() {
  local root=$1 name clean; shift
  clean=(env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=xterm-256color LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive RUNLEVEL=1)
  for name in http_proxy https_proxy no_proxy; do [ -z "${!name:-}" ] || clean+=("$name=${!name}"); done
  # shellcheck disable=SC2016 # these are the inner shells'
  unshare --mount --pid --fork --kill-child /bin/sh -ec 'root=$1; shift
    mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
    exec chroot "$root" "$@"' sh "$root" "${clean[@]}" /bin/sh -ec 'cd /work; "$@"' sh "$@" </dev/null
}

command -v mmdebstrap >/dev/null || fail 'mmdebstrap is needed'
unshare --mount --pid --fork true 2>/dev/null || skip 'this machine grants no namespaces for mounts and processes'
sources >"$work/sources"
# Without fsync: the system lives for a minute. Its package lists stay, for what is installed there.
mmdebstrap --mode=root --variant=apt --include=ca-certificates --dpkgopt=force-unsafe-io --skip=cleanup/apt/lists --format=directory \
  "$suite" "$work/root" "$([ -s "$work/sources" ] && echo "$work/sources" || true)" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; skip 'its packages cannot be had here'; }
cp -L /etc/resolv.conf "$work/root/etc/resolv.conf"
cp -rn /etc/ssl/certs/. "$work/root/etc/ssl/certs/"
mkdir "$work/root/work"

if [ -z "$package" ]; then
  cp -a "$work/root" "$work/build"
  cp "$archive" "$work/build/work/raydeck.tar.gz"; cp "$here/../../packaging/deb.sh" "$work/build/work"
  tar -xzf "$archive" -C "$work/build/work" --wildcards '*/debian/control' --strip-components=1
  # shellcheck disable=SC2016 # $0 is the inner shell's
  run_in "$work/build" /bin/sh -ec 'apt-get install -y -q --no-install-recommends build-essential lintian; apt-get build-dep -y -q --no-install-recommends .' \
    >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; fail 'what the build needs cannot be installed'; }
  run_in "$work/build" ./deb.sh raydeck.tar.gz out >"$work/log" || fail 'the package is not built'
  package=$work/build/work/out/$(basename "$(tail -n 1 "$work/log")")
fi
cp "$package" "$here/install.sh" "$work/root/work"
run_in "$work/root" ./install.sh "$(basename "$package")"
