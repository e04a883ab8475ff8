/*
 * front_proxy.h - what an ingress is to users: plain HTTP on a port of 127.0.0.1, in front of the Serve application of
 * a simulated cluster, by GET. A process of its own, which dies with the test program. Counts the connections and the
 * requests on them, so that a test sees whether a client keeps its connections.
 */
#ifndef RAYDECK_TESTS_FRONT_PROXY_H
#define RAYDECK_TESTS_FRONT_PROXY_H

#include "tests/support/sim_run.h"

struct front_proxy;

struct front_proxy *front_proxy_start(const struct sim_run *sim); /* fails the test when it cannot */
void front_proxy_stop(struct front_proxy *p);                     /* NULL is fine */
const char *front_proxy_url(const struct front_proxy *p);         /* "http://127.0.0.1:PORT" */
unsigned front_proxy_connections(const struct front_proxy *p);    /* accepted so far */
unsigned front_proxy_requests(const struct front_proxy *p);       /* answered so far */

#endif
