#!/bin/bash
# bastion.sh FOLDER: static libraries that Debian and Ubuntu have no package of, from their own source packages, into
# FOLDER/root: libcurl with what raydeck speaks (HTTP and HTTPS) and nothing else, and cJSON. `make bastion` calls it.
set -euo pipefail
mkdir -p "$1/src" "$1/lists/partial"
folder=$(cd "$1" && pwd); root=$folder/root
[ -f "$root/ready" ] && exit 0
jobs=$(nproc)

# apt-get source needs deb-src lines, which a system rarely has: they are made of its deb lines, for this call alone.
sources=$folder/sources; rm -rf "$sources"; mkdir -p "$sources"
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -f "$list" ] || continue
  sed -n 's/^deb /deb-src /p' "$list" >"$sources/$(basename "$list" .list).list"
done
for list in /etc/apt/sources.list.d/*.sources; do
  [ -f "$list" ] || continue
  sed 's/^Types:.*/Types: deb-src/' "$list" >"$sources/$(basename "$list")"
done
apt=(apt-get -q -o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$sources" -o "Dir::State::Lists=$folder/lists"
     -o APT::Sandbox::User=root)
"${apt[@]}" update >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
(cd "$folder/src" && rm -rf ./* && "${apt[@]}" source curl cjson) >>"$folder/log" 2>&1 || { tail "$folder/log" >&2; exit 1; }

build() {
  cd "$folder"/src/curl-*/
  # Some releases name the patched tree's configure anew; it is there in all of them.
  [ -x configure ] || autoreconf -fi
  ./configure -q --prefix="$root" --disable-shared --enable-static --disable-dependency-tracking --with-openssl --with-nghttp2 \
    --with-zlib --without-brotli --without-zstd --without-libpsl --without-libidn2 --without-librtmp --without-libssh2 \
    --without-gssapi --without-libgsasl --disable-ldap --disable-ldaps --disable-rtsp --disable-dict --disable-telnet \
    --disable-tftp --disable-pop3 --disable-imap --disable-smb --disable-smtp --disable-gopher --disable-mqtt --disable-ftp \
    --disable-file --disable-manual --disable-ntlm --with-ca-bundle=/etc/ssl/certs/ca-certificates.crt --with-ca-fallback \
    CFLAGS='-O2 -fPIE'
  make -s -j"$jobs" -C lib install
  make -s -C include install
  make -s install-pkgconfigDATA
  cd "$folder"/src/cjson-*/
  ${CC:-cc} -O2 -fPIE -c -o "$folder/cJSON.o" cJSON.c
  ar rcs "$root/lib/libcjson.a" "$folder/cJSON.o"
  install -D -m 644 cJSON.h "$root/include/cjson/cJSON.h"
}
(build) >>"$folder/log" 2>&1 || { tail -n 20 "$folder/log" >&2; exit 1; }
touch "$root/ready"
