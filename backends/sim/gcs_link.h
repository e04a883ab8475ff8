/*
 * gcs_link.h - one connection of the simulated GCS to Redis, on the loop, from a source address of its own. Logs in,
 * sends DEL DUMMY as Ray does, and then what it is given, without waiting for answers.
 */
#ifndef RAYDECK_SIM_GCS_LINK_H
#define RAYDECK_SIM_GCS_LINK_H

#include "backends/link/loop.h"

#include <stddef.h>

struct gcs_link;
struct gcs_link_conf {
    unsigned port;
    const char *from; /* 127.x.y.z */
    const char *user, *password;
    void (*lost)(void *arg); /* once, when the server hung up or refused; not after gcs_link_free */
    void *arg;
};

/* NULL: not even a socket could be made. */
struct gcs_link *gcs_link_new(struct loop *l, const struct gcs_link_conf *conf);
void gcs_link_send(struct gcs_link *k, int argc, const char *const *argv, const size_t *lengths);
void gcs_link_finish(struct gcs_link *k); /* sends and reads what is outstanding, then closes; k is gone at once */
void gcs_link_free(struct gcs_link *k);   /* closes at once; NULL is fine */

#endif
