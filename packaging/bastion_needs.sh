#!/bin/bash
# bastion_needs.sh PROGRAM: strips the static program, refuses one that is not static, and says its size and what it needs.
set -euo pipefail
program=$1
dynamic=$(readelf -ld "$program" | grep 'NEEDED\|INTERP' || true)
if [ -n "$dynamic" ]; then
  printf '%s is not static:\n%s\n' "$program" "$dynamic" >&2
  exit 1
fi
strip "$program"
cat <<TEXT
$program: $(stat -c %s "$program" | awk '{ printf "%.1f MB", $1 / 1e6 }'), static, $(uname -m), Linux
It needs no library, terminfo entry or file. What it takes from the machine where there is such a thing:
  /dev/tty                              for the console
  /etc/hosts, /etc/resolv.conf          for names: by these two alone, whatever nsswitch.conf says (no mDNS, LDAP, systemd-resolved's module)
  /etc/ssl/certs/ca-certificates.crt    for AWS; a kubeconfig brings its own authority
  a UTF-8 locale (/usr/lib/locale)      without one the console draws in ASCII
  kubectl, aws, ssh                     for what the kubeconfig and the configuration name
The demo is not in it: it needs raydeck-sim and redis-server.
TEXT
