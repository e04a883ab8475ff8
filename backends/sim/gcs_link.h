/*
 * gcs_link.h - one connection of the simulated GCS to Redis, on the loop, from a given source address. Sends AUTH, DEL
 * DUMMY as Ray does, and then the caller's commands; ignores replies.
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
    void (*lost)(void *arg); /* once, on disconnect or a failed AUTH; not after gcs_link_free */
    void *arg;
};

/* NULL: no socket could be created. */
struct gcs_link *gcs_link_new(struct loop *l, const struct gcs_link_conf *conf);
void gcs_link_send(struct gcs_link *k, int argc, const char *const *argv, const size_t *lengths);
void gcs_link_finish(
    struct gcs_link *k);                /* flushes, reads the outstanding replies, then closes; k is invalid at once */
void gcs_link_free(struct gcs_link *k); /* closes at once; NULL is fine */

#endif
