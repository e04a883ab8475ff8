/*
 * tiny_server.h - a TCP server on the test's own loop that plays a script: what it answers to a request, whole, cut,
 * slow or wrong, is said byte for byte by the test.
 */
#ifndef RAYDECK_TESTS_TINY_SERVER_H
#define RAYDECK_TESTS_TINY_SERVER_H

#include "backends/link/loop.h"

#include <stddef.h>

struct tiny_reply {
    const char *bytes; /* NULL: say nothing, ever */
    size_t len;        /* 0: strlen(bytes) */
    unsigned after_ms; /* before the first byte */
    const char *then;  /* a second part, then_ms after the first; NULL: none */
    unsigned then_ms;
    bool hang_up; /* after the last byte */
    bool reset;   /* instead: close with RST */
    bool fed;     /* goes on with what tiny_feed says */
};

struct tiny_server;

/* `request` is the text up to the blank line, and the body that it announces. Called once a request. */
struct tiny_server *tiny_start(struct loop *l, struct tiny_reply (*answer)(void *arg, const char *request), void *arg);
unsigned tiny_port(const struct tiny_server *s);
unsigned tiny_connections(const struct tiny_server *s);   /* accepted so far */
const char *tiny_last(const struct tiny_server *s);       /* the last request, "" before one */
void tiny_feed(struct tiny_server *s, const char *bytes); /* to every answer that is `fed` */
void tiny_stop(struct tiny_server *s);

/* A URL of the server; the text is good until the next call. */
const char *tiny_url(struct tiny_server *s, const char *path);

#endif
