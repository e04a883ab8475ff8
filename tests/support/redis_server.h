/*
 * redis_server.h - a real redis-server for a test: on a free port of 127.0.0.1, in a folder of its own.
 *
 * It dies with the test program, however that ends, and its folder is removed even then. What cannot be started fails
 * the test at once.
 */
#ifndef RAYDECK_TESTS_REDIS_SERVER_H
#define RAYDECK_TESTS_REDIS_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct redis_server;

/* rdb: a file to begin with, or NULL. config: more arguments, NULL-terminated ("--requirepass", "x"), or NULL. */
struct redis_server *redis_server_start(const char *rdb, const char *const *config);
/* A sentinel that watches them. tail: more lines of its configuration, or NULL. */
struct redis_server *redis_server_start_sentinel(const struct redis_server *const *masters, size_t count,
                                                 const char *tail);
void redis_server_free(struct redis_server *s); /* NULL is fine */

unsigned redis_server_free_port(void); /* of 127.0.0.1, for a second one */
unsigned redis_server_port(const struct redis_server *s);
const char *redis_server_url(const struct redis_server *s);  /* redis://127.0.0.1:port */
const char *redis_server_path(const struct redis_server *s); /* of its unix socket */

void redis_server_kill(struct redis_server *s);               /* as a crash */
void redis_server_revive(struct redis_server *s);             /* the same port; data as in the folder */
void redis_server_pause(struct redis_server *s, bool paused); /* SIGSTOP, SIGCONT */

/* One command on a connection of the test's own, as redis_say(s, "HSET %b %s 1", …) formats it. An error reply fails.
 */
void redis_say(struct redis_server *s, const char *format, ...);
/* The integer that a command answers. */
long long redis_ask_number(struct redis_server *s, const char *format, ...);
/* How many elements the array has that a command answers. */
size_t redis_ask_count(struct redis_server *s, const char *format, ...);

#endif
