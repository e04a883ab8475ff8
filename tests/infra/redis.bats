#!/usr/bin/env bats
# redis.bats: the Redis for development: its own start command and configuration, run by a real redis-server.

setup() {
  manifest="$BATS_TEST_DIRNAME/../../deploy/assets/redis/redis.yaml"
  folder="$BATS_TEST_TMPDIR/redis"
  mkdir -p "$folder"
  # The ConfigMap's file, with the volume in a folder of the test and on a socket, not a port.
  sed -n '/^  redis.conf: |/,/^---/s/^    //p' "$manifest" | sed "s#^dir /data#dir $folder#" >"$folder/redis.conf"
  printf 'port 0\nunixsocket %s/socket\n' "$folder" >>"$folder/redis.conf"
  # The container's command.
  sed -n '/^        args:/,/^        env:/s/^          //p' "$manifest" | grep -v '^name:' | sed "s#/etc/redis#$folder#" >"$folder/start"
  export REDIS_PASSWORD=only-for-this-test
}

teardown() {
  [ -z "${redis_pid:-}" ] || { kill "$redis_pid" 2>/dev/null || true; wait "$redis_pid" 2>/dev/null || true; }
}

start() {
  sh "$folder/start" >"$folder/log" 2>&1 3>&- &
  redis_pid=$!
  for _ in $(seq 300); do
    [ ! -S "$folder/socket" ] || [ "$(ask ping)" != PONG ] || return 0
    sleep 0.1
  done
  cat "$folder/log"
  return 1
}

ask() { REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -s "$folder/socket" "$@"; }

@test "it takes the password, and nobody sees it in argv" {
  start
  run redis-cli -s "$folder/socket" ping
  [[ $output == NOAUTH* ]]
  run tr '\0' ' ' <"/proc/$redis_pid/cmdline"
  [[ $output != *"$REDIS_PASSWORD"* ]]
}

@test "nothing is evicted, no idle connection is closed, every write is on the disk" {
  start
  [ "$(ask config get maxmemory-policy | tail -n 1)" = noeviction ]
  [ "$(ask config get timeout | tail -n 1)" = 0 ]
  [ "$(ask config get appendfsync | tail -n 1)" = always ]
}

@test "what was written is there after it was killed" {
  start
  ask hset RAYgcs@JOB 01 x
  kill -9 "$redis_pid"; wait "$redis_pid" 2>/dev/null || true
  rm -f "$folder/socket"
  start
  [ "$(ask hget RAYgcs@JOB 01)" = x ]
}
