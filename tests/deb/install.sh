#!/bin/bash
# install.sh PACKAGE: installs the package on this system, runs it, and removes it: nothing of it is left. As root.
set -euo pipefail
package=$(readlink -f "$1")
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive TERM=xterm-256color
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
fail() { echo "test-deb: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail 'root is needed'
dpkg-query -W -f='${db:Status-Status}' raydeck 2>/dev/null | grep -q '^installed$' && fail 'raydeck is installed here already'

traces() { find /bin /etc /lib /opt /root /usr /var -xdev -name '*raydeck*' ! -path '*/project/*' ! -path '/var/lib/apt/*' ! -path '/var/cache/apt/*' ! -path '/root/.cache/*' 2>/dev/null | sort; }
traces >"$work/before"
RUNLEVEL=1 apt-get install -y -q "$package" >"$work/apt" 2>&1 || { cat "$work/apt" >&2; fail 'it is not installed'; }

version=$(dpkg-deb -f "$package" Version)
[ "$(raydeck --version)" = "raydeck $version" ] || fail "raydeck --version is not $version"
dpkg -L raydeck >"$work/listed"
for file in man/man1/raydeck.1.gz man/man1/raydeck-sim.1.gz bash-completion/completions/raydeck zsh/site-functions/_raydeck \
    fish/vendor_completions.d/raydeck.fish doc/raydeck/README.md doc/raydeck/examples/themes/projector.yaml \
    doc/raydeck/examples/overlays/cpu/kustomization.yaml doc/raydeck/examples/assets/serve/kustomization.yaml \
    doc/raydeck/examples/assets/terraform/install.sh doc/raydeck/examples/assets/terraform/cluster/main.tf; do
  grep -qx "/usr/share/$file" "$work/listed" || fail "there is no $file"
done
gzip -dc /usr/share/man/man1/raydeck.1.gz >"$work/man"
grep -q '^\.SH EXIT STATUS' "$work/man" || fail 'the man page is not whole'
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

while read -r path; do [ -d "$path" ] || echo "$path"; done <"$work/listed" >"$work/files"
apt-get purge -y -q raydeck >"$work/apt" 2>&1 || { cat "$work/apt" >&2; fail 'it is not removed'; }
while read -r path; do [ ! -e "$path" ] || fail "$path is left"; done <"$work/files"
traces >"$work/after"
diff "$work/before" "$work/after" || fail 'that is left'
ls -d "${TMPDIR:-/tmp}"/raydeck-demo-* 2>/dev/null && fail 'the demo left files'
echo "raydeck $version: installed, run and removed on $(. /etc/os-release && echo "$PRETTY_NAME")"
