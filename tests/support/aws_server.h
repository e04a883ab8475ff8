/*
 * aws_server.h - ElastiCache, MemoryDB, STS, and the agents that hand out keys, on one port of 127.0.0.1. A request of
 * the query protocol, or one of JSON 1.1, is answered only when its signature is right; AssumeRoleWithWebIdentity only
 * when it has none.
 */
#ifndef RAYDECK_TESTS_AWS_SERVER_H
#define RAYDECK_TESTS_AWS_SERVER_H

#include "backends/link/loop.h"
#include "tests/support/sigv4.h"

struct aws_server;

struct aws_server *aws_server_start(struct loop *l);
void aws_server_stop(struct aws_server *s);
unsigned aws_server_port(const struct aws_server *s);
const char *aws_server_url(struct aws_server *s); /* http://127.0.0.1:port */

/* Keys that are known; service is ignored: the one whose action is asked for. Borrowed. */
void aws_server_knows(struct aws_server *s, const struct sigv4_keys *keys);

/* What is said to a request that begins with `what` ("GET /creds ") or whose form has that action, or whose target is
 * that one's ("DescribeX"), and that has all of `needs` somewhere ("&"-free pieces, separated by a blank; NULL:
 * nothing). The first that fits is taken; what fits none gets a 404. Texts are borrowed; len 0: strlen(body). */
struct aws_says {
    const char *what, *needs;
    int status;
    const char *body;
    size_t len;
    size_t cut;     /* hang up after so many bytes of the body; 0: whole */
    unsigned times; /* that it is taken; 0: always */
    bool mute;      /* never answers */
};
void aws_server_says(struct aws_server *s, struct aws_says says);

unsigned aws_server_asked(const struct aws_server *s, const char *what); /* times, refused ones included */
unsigned aws_server_refused(const struct aws_server *s);                 /* for their signature */
const char *aws_server_last(const struct aws_server *s);                 /* the last request */

#endif
