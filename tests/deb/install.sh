#!/bin/bash
# install.sh PACKAGE: installs the package on the system that it runs on, uses it, and removes it: every file is then as before.
# For a system that has nothing else to do: bare.sh makes one. As root.
set -euo pipefail
package=$(readlink -f "$1")
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive TERM=xterm-256color
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
fail() { echo "test-deb: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail 'root is needed'
dpkg-query -W -f='${db:Status-Status}' raydeck 2>/dev/null | grep -q '^installed$' && fail 'raydeck is installed here already'

field() { dpkg-deb -f "$package" "$1"; }
# Every file there is, but those of this test and those in which dpkg writes down what it did.
files() {
  find / -xdev \( -path /proc -o -path /dev -o -path /sys -o -path /work -o -path "$work" -o -path /var/log -o -path /var/lib/dpkg \
    -o -path /var/cache -o -path /var/lib/apt \) -prune -o -printf '%p %y %s\n' | sort
  find /var/lib/dpkg/info /var/lib/dpkg/alternatives /var/lib/dpkg/triggers -type f -print | sort
}

# What it needs comes first: apt-get alone would not tell which files are whose.
apt-get satisfy -y -q "$(field Depends), $(field Recommends)" >"$work/apt" 2>&1 || { cat "$work/apt" >&2; fail 'what it needs cannot be installed'; }
files >"$work/before"
dpkg -i "$package" >"$work/dpkg" 2>&1 || { cat "$work/dpkg" >&2; fail 'it is not installed'; }

version=$(field Version)
[ "$(raydeck --version)" = "raydeck $version" ] || fail "raydeck --version is not $version"
dpkg -L raydeck >"$work/listed"
for file in man/man1/raydeck.1.gz man/man1/raydeck-sim.1.gz bash-completion/completions/raydeck zsh/site-functions/_raydeck \
    fish/vendor_completions.d/raydeck.fish doc/raydeck/README.md doc/raydeck/examples/themes/projector.yaml \
    doc/raydeck/examples/overlays/cpu/kustomization.yaml doc/raydeck/examples/assets/serve/kustomization.yaml \
    doc/raydeck/examples/assets/terraform/install.sh doc/raydeck/examples/assets/terraform/cluster/main.tf; do
  grep -qx "/usr/share/$file" "$work/listed" || fail "there is no $file"
  [ -s "/usr/share/$file" ] || fail "$file is empty"
done
gzip -dc /usr/share/man/man1/raydeck.1.gz >"$work/man"
grep -q '^\.SH EXIT STATUS' "$work/man" || fail 'the man page is not whole'
# shellcheck disable=SC1091 # it is installed
(. /usr/share/bash-completion/completions/raydeck && complete -p raydeck) >/dev/null || fail 'bash completes nothing'
raydeck lint /usr/share/doc/raydeck/examples/assets/ft-options.yaml --var EXT_REDIS_ENDPOINT=redis.example.com \
  --var REDIS_PASSWORD=x --var HUGGING_FACE_HUB_TOKEN=hf_x >"$work/lint" || { cat "$work/lint"; fail 'its own manifest is not clean'; }

# The demo in a terminal: seen, then left by q.
mkfifo "$work/keys"
(cd "$work" && exec script -qfc 'stty rows 40 cols 120; raydeck demo' screen <keys >/dev/null 2>&1) & demo=$!
exec 3>"$work/keys"
for ((i = 0; ; i++)); do
  grep -aq 'ANSWERING' "$work/screen" 2>/dev/null && break
  [ "$i" -lt 600 ] || { tail -c 2000 "$work/screen" | cat -v >&2; fail 'the demo draws nothing'; }
  sleep 0.1
done
printf q >&3; exec 3>&-
wait "$demo" || true

dpkg --purge raydeck >"$work/dpkg" 2>&1 || { cat "$work/dpkg" >&2; fail 'it is not removed'; }
files >"$work/after"
diff "$work/before" "$work/after" >&2 || fail 'that is left, or gone'
echo "raydeck $version: installed, run and removed on $(. /etc/os-release && echo "$PRETTY_NAME")"
