/*
 * cleanup.h - deletes the objects that deploy created in a namespace, in the order that lets KubeRay clean up Redis:
 * the UI, the RayService (waiting for its finalizer and the Redis cleanup Job), the rest, and finally the namespace, if
 * deploy created it.
 *
 * The Redis for development is deleted after the RayService, whose cleanup Job still writes to it, and only as long as
 * the namespace holds no other RayService. Its volume claim, which the StatefulSet left, is named and kept unless
 * asked for.
 *
 * If deploy created several RayServices in the namespace, the caller must name one: the others, and objects deployed
 * with them, are treated as foreign.
 *
 * Deletes only objects with our label (kobject.h), without an owner, and with the UID that was shown. Keeps the
 * namespace while it contains foreign objects. Reports a stuck deletion with its reason and remedy. Changes nothing
 * before the confirmation; can safely be run again.
 */
#ifndef RAYDECK_DEPLOY_CLEANUP_H
#define RAYDECK_DEPLOY_CLEANUP_H

#include "backends/link/loop.h"
#include "backends/world/world.h"
#include "deploy/apply.h"
#include "deploy/step_engine.h"

enum cleanup_step {
    CLEANUP_READ,
    CLEANUP_CONFIRM,
    CLEANUP_UI,
    CLEANUP_SERVICE,
    CLEANUP_REST,
    CLEANUP_NAMESPACE,
    CLEANUP_REDIS,
    CLEANUP_STEPS
};
/* The Job has 300 s (KubeRay). After hang_ms a deletion is reported as stuck; after wait_ms it fails. */
enum { CLEANUP_POLL_MS = 1000, CLEANUP_HANG_MS = 60 * 1000, CLEANUP_WAIT_MS = 10 * 60 * 1000, CLEANUP_OBJECTS = 1000 };

/* Everything is borrowed until cleanup_free, but for ns and service, which are copied. */
struct cleanup_conf {
    struct loop *loop; /* its clock is the world's */
    struct cluster cluster;
    const struct world *world; /* for the GCS's fields and for reasons; NULL: unknown */
    const char *ns;
    const char *service;                /* copied: cleans up this RayService only; NULL: the only one */
    bool redis_volume;                  /* deletes the volume claim of the Redis for development too */
    uint64_t hang_ms, wait_ms, poll_ms; /* 0: the limits above */
};

struct cleanup;
struct cleanup *cleanup_start(const struct cleanup_conf *conf, const struct step_observer *observer);
void cleanup_free(struct cleanup *c);                  /* stops at once; NULL is fine */
struct step_engine *cleanup_engine(struct cleanup *c); /* to confirm, cancel and read it */
/* The objects to be deleted, for the confirmation: a line each, with the UID, at most CLEANUP_CONFIRM_LINES. Safe
 * text. */
enum { CLEANUP_CONFIRM_LINES = 12 };
void cleanup_confirm_text(const struct cleanup *c, struct buf *out);
const char *cleanup_service(const struct cleanup *c); /* of the first RayService; "" none */

/* The sum of the fields of all GCS tables of a storage namespace (NULL: of all); unknown if Redis is not read or not
 * live. now_ms: by the world's clock. */
struct known_u64 cleanup_gcs_fields(const struct world *w, const char *storage_ns, uint64_t now_ms);

#endif
