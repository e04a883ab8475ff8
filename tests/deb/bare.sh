#!/bin/bash
# bare.sh SUITE COMMAND...: runs COMMAND in a clone of this repository on a bare Debian of that suite (bookworm, trixie): a
# chroot of debootstrap's minbase with make and git. The bare system is kept in BARE (default: build/bare) and copied for
# each run. Needs root. Nothing but the package source, proxy settings and certificates of this machine is in it.
set -euo pipefail
suite=$1; shift
cd "$(dirname "$0")/../.."
cache=${BARE:-build/bare}; mkdir -p "$cache"; cache=$(cd "$cache" && pwd); base=$cache/$suite
command -v debootstrap >/dev/null || apt-get install -y -q --no-install-recommends debootstrap >/dev/null
mirror=$(awk '/^URIs:/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
mirror=${mirror:-http://deb.debian.org/debian}
if [ ! -f "$base/.ready" ]; then
  rm -rf "$base"
  debootstrap --variant=minbase --include=ca-certificates,make,git "$suite" "$base" "$mirror" >"$cache/$suite.log"
  cp -r /etc/ssl/certs/. "$base/etc/ssl/certs/"
  printf 'deb %s %s main\n' "$mirror" "$suite" >"$base/etc/apt/sources.list"
  touch "$base/.ready"
fi
run=$(mktemp -d "$cache/run.XXXXXX")
leave() { umount -l "$run/dev" "$run/proc" 2>/dev/null || true; rm -rf --one-file-system "$run"; }
trap leave EXIT
cp -a "$base/." "$run/"
cp -L /etc/resolv.conf "$run/etc/resolv.conf"
git clone -q . "$run/root/project"
mount -t proc proc "$run/proc"; mount --rbind /dev "$run/dev"; mount --make-rslave "$run/dev"
clean=(env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=xterm-256color LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
for name in http_proxy https_proxy no_proxy; do [ -z "${!name:-}" ] || clean+=("$name=${!name}"); done
# shellcheck disable=SC2016 # $@ is the inner shell's
chroot "$run" "${clean[@]}" /bin/sh -ec 'cd /root/project; apt-get update -q >/dev/null; exec "$@"' sh "$@" </dev/null
