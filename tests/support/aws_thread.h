/* aws_thread.h - an aws_server on a loop and a thread of its own: for tests that wait for a program that asks it. */
#ifndef RAYDECK_TESTS_AWS_THREAD_H
#define RAYDECK_TESTS_AWS_THREAD_H

#include "tests/support/aws_server.h"

struct aws_thread;

/* Knows keys, says all of says (ends with a NULL what). All is borrowed. */
struct aws_thread *aws_thread_start(const struct sigv4_keys *keys, const struct aws_says *says);
/* Times that `what` was asked, if not NULL; fails the test where a signature was wrong. */
unsigned aws_thread_stop(struct aws_thread *t, const char *what);
const char *aws_thread_url(const struct aws_thread *t);

#endif
