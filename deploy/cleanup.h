/*
 * cleanup.h - deletes what deploy made in a namespace, in the order that lets KubeRay clean up Redis: the UI, the
 * RayService (waiting for its finalizer and for the Job that empties its Redis), the rest, and at last the namespace,
 * if deploy made it.
 *
 * Where there are several RayServices of ours in the namespace the caller has to name the one that is meant: the
 * others, and what was deployed with them, are left alone as somebody else's are.
 *
 * Nothing is deleted that does not carry our label (kobject.h), that has an owner who takes it along, or that is no
 * longer the one that was shown (UID). The namespace stays while somebody else's things are in it. What hangs is said
 * with its reason and the way out. Nothing is changed before it is confirmed; cleanup can safely be run again.
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
/* The Job has 300 s (KubeRay); what takes longer than hang_ms is said to hang, and waited for until wait_ms. */
enum { CLEANUP_POLL_MS = 1000, CLEANUP_HANG_MS = 60 * 1000, CLEANUP_WAIT_MS = 10 * 60 * 1000, CLEANUP_OBJECTS = 1000 };

/* Everything is borrowed until cleanup_free, but for ns and service, which are copied. */
struct cleanup_conf {
    struct loop *loop; /* the world's times are of its clock */
    struct cluster cluster;
    const struct world *world; /* for the GCS's fields and for reasons; NULL: unknown */
    const char *ns;
    const char *service; /* copied: what was deployed with this RayService, and nothing else; NULL: there is but one */
    uint64_t hang_ms, wait_ms, poll_ms; /* 0: the limits above */
};

struct cleanup;
struct cleanup *cleanup_start(const struct cleanup_conf *conf, const struct step_observer *observer);
void cleanup_free(struct cleanup *c);                  /* stops where it is; NULL is fine */
struct step_engine *cleanup_engine(struct cleanup *c); /* to confirm, cancel and read it */
/* What is about to be deleted, for the confirmation: a line an object with its UID, at most so many. Safe text. */
enum { CLEANUP_CONFIRM_LINES = 12 };
void cleanup_confirm_text(const struct cleanup *c, struct buf *out);
const char *cleanup_service(const struct cleanup *c); /* of the first RayService; "" none */

/* The fields of every GCS table of a storage namespace together (ns NULL: of all); unknown where no Redis was read, or
 * it is silent. now_ms: of the clock that the world's times are of. */
struct known_u64 cleanup_gcs_fields(const struct world *w, const char *storage_ns, uint64_t now_ms);

#endif
