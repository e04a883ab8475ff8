/*
 * resp_harness.h - one connection to a Redis whose replies a script says, and what came of what was run on it: the
 * commands in their order, and how it ended.
 */
#ifndef RAYDECK_TESTS_RESP_HARNESS_H
#define RAYDECK_TESTS_RESP_HARNESS_H

#include "backends/redis/hash_read.h"
#include "backends/redis/key_scan.h"
#include "tests/support/fake_redis.h"

enum { HARNESS_PACED_RATE = 20 /* requests a second */ };
extern const struct budget_rate harness_unlimited[BUDGET_KINDS], harness_paced[BUDGET_KINDS];

#define CURSOR_23 "11111111111111111111111"
#define CURSOR_24 CURSOR_23 "1"
#define LEN(n) ":" #n "\r\n"

/* What the server says, by the test. */
struct resp_script {
    const char *hlen, *cursor; /* cursor: of the first page */
    const char *page;          /* of SCAN or HSCAN, elements in RESP with their count: "*1\r\n$1\r\na\r\n" */
    const char *exists;        /* the key of which HSTRLEN says 7 … */
    bool of_config;            /* … for its second field, else for its first */
    uint64_t total;            /* DBSIZE */
    unsigned pages;            /* before cursor 0; cursors are their numbers */
    size_t keys_a_page, key_len;
    const char *error_of; /* this command is answered by an error */
};

/* One connection, and what came of the walk on it. */
struct resp_harness {
    struct loop *loop;
    struct fake_redis *fake;
    struct resp *conn;
    struct budget budget;
    struct resp_script script;
    struct key_scan *keys;
    struct hash_read *read;
    struct gcs_view view;
    struct buf log; /* the commands, one a line */
    struct buf found;
    unsigned page, progress, finds, ends;
    size_t pending_most;
    uint64_t progress_of, progress_total, fields /* of the tables published */;
    bool opened, endless, refused;
    enum hash_outcome outcome;
    uint64_t began_ms, took_ms;
};

void resp_harness_open(struct resp_harness *b, const struct resp_script *script, const struct budget_rate *rates);
void resp_harness_close(struct resp_harness *b);
/* Runs the loop until `ends` is 1, which the test's callback counts; fails where it does not come. */
void resp_harness_run(struct resp_harness *b);
unsigned resp_harness_asked(const struct resp_harness *b, const char *command);
/* Asserts that `calls` commands took as long as harness_paced makes them, the first and the last free of waiting. */
void resp_harness_paced(const struct resp_harness *b, unsigned calls);

/* Callbacks that keep what they receive in the harness, their argument. */
void resp_harness_progress(void *arg, uint64_t done, uint64_t total);
void resp_harness_hear(void *arg, struct change *c /* takes */);

#endif
