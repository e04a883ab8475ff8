#!/bin/bash
# deps.sh SET...: sees to the packages that a step needs (build, test, infra, serve, browser, bastion, deb, bare, lint, fuzz, gate), and installs what
# is missing with apt, by sudo where needed. On a system without apt it names what is missing and how to get it.
set -euo pipefail

build='gcc make pkg-config libncurses-dev libcurl4-openssl-dev libcjson-dev libhiredis-dev libyaml-dev libuv1-dev libexpat1-dev libzstd-dev
  libprotobuf-c-dev protobuf-c-compiler protobuf-compiler uthash-dev libmicrohttpd-dev libgnutls28-dev redis-server ncurses-base
  ca-certificates'
test='libcmocka-dev libvterm-dev curl redis-tools openssl'
lint='clang clang-format shellcheck python3 python3-venv git'
fuzz='clang llvm'
infra='bats python3 python3-venv redis-server redis-tools'
bastion='dpkg-dev libnghttp2-dev libssl-dev zlib1g-dev patch xz-utils'
deb='build-essential debhelper dpkg-dev lintian'
bare='mmdebstrap'
gate='mold'
serve='python3 python3-venv redis-server'

want=''
for set in "$@"; do
  case $set in
    build) want+=" $build" ;;
    test) want+=" $test" ;;
    lint) want+=" $lint" ;;
    deb) want+=" $deb" ;;
    bare) want+=" $bare" ;;
    gate) want+=" $gate" ;;
    bastion) want+=" $bastion" ;;
    infra) want+=" $infra" ;;
    serve) want+=" $serve" ;;
    browser) # Ubuntu has Chromium as a snap alone: what needs a browser is skipped there
      apt-cache show chromium-driver >/dev/null 2>&1 && want+=' chromium chromium-driver' ;;
    fuzz) want+=" $fuzz libclang-rt-dev" ;;
    *) echo "deps.sh: no set called $set" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  missing=''
  for tool in cc make pkg-config protoc-c; do command -v "$tool" >/dev/null || missing+=" $tool"; done
  if command -v pkg-config >/dev/null; then
    for lib in ncursesw libcurl libcjson hiredis yaml-0.1 libuv libprotobuf-c expat libzstd libmicrohttpd gnutls; do
      pkg-config --exists "$lib" || missing+=" $lib"
    done
  fi
  [ -z "$missing" ] && exit 0
  echo "raydeck needs, and this system has no apt to get it:$missing" >&2
  echo "Install these with their headers from your system's packages (and redis-server, for the demo and the tests)." >&2
  exit 1
fi

# The AWS CLI is tested against where the system has a package of it (Ubuntu 24.04 has none).
if [[ " $* " == *' test '* ]] && apt-cache show awscli >/dev/null 2>&1; then want+=' awscli'; fi

have() { dpkg-query -W -f='${db:Status-Status}\n' "$1" 2>/dev/null | grep -q '^installed$'; }

missing=()
for package in $want; do
  if [ "$package" = libclang-rt-dev ]; then
    # clang's runtime is a package of its own, named after clang's version
    version=$(clang -dumpversion 2>/dev/null | cut -d. -f1 || true)
    [ -n "$version" ] || version=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/\1/p' | head -n 1)
    package=libclang-rt-${version:-14}-dev
  fi
  have "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

sudo=''
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "raydeck needs these packages, and there is no sudo to install them: ${missing[*]}" >&2; exit 1; }
  sudo=sudo
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# A redis-server package starts a service of its own on installation; the tests and the demo start theirs.
$sudo apt-get update -q >/dev/null || true
$sudo env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
