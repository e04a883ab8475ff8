/*
 * drill_lease.h - the Lease that keeps drills of one RayService apart, in words and as an object. Pure; drill_lock.c
 * sends it.
 *
 * coordination.k8s.io/v1 Lease (Kubernetes API reference, "LeaseSpec"), raydeck-drill-NAME in the RayService's
 * namespace and owned by it, so that it goes with it:
 *   while a drill runs  holderIdentity is who drills; renewTime + leaseDurationSeconds is when it expires by itself
 *   after a drill       holderIdentity is ""; until renewTime + leaseDurationSeconds is the cool-down; the annotation
 *                       raydeck/last-drill is who drilled
 * Each write has the resourceVersion that was read as its precondition: of two drills that begin at once one gets it.
 */
#ifndef RAYDECK_DEPLOY_DRILL_LEASE_H
#define RAYDECK_DEPLOY_DRILL_LEASE_H

#include "deploy/kobject.h"

enum {
    LEASE_S = 60,       /* unless renewed */
    LEASE_RENEW_S = 20, /* the interval of that */
    LEASE_COOL_DOWN_S = 300,
    LEASE_HOLDER_MAX = 160,
    LEASE_TEXT_MAX = 400,
    LEASE_ID_MAX = 64,
};
#define LEASE_LAST "raydeck/last-drill"

extern const struct kobject_kind drill_lease_kind;

enum drill_lease_state { LEASE_FREE, LEASE_HELD, LEASE_COOLING };
struct drill_lease_seen {
    enum drill_lease_state state;
    char holder[LEASE_HOLDER_MAX];                 /* of HELD: who; of COOLING: who drilled last. Safe; "": unknown */
    uint64_t since_ms, until_ms;                   /* wall time; since 0: unknown */
    char uid[LEASE_ID_MAX], version[LEASE_ID_MAX]; /* uid "": there is no such object */
    uint64_t transitions;
};
/* lease NULL: there is none. What cannot be read of one that has a holder counts as held: for LEASE_S from now. */
void drill_lease_read(const cJSON *lease, uint64_t wall_ms, struct drill_lease_seen *ret);
/* Who holds it, since when, and when it ends; of FREE "". */
char *drill_lease_words(const struct drill_lease_seen *seen, char out[LEASE_TEXT_MAX]);

/* "alice on ops-1, pid 4711": never a secret. user: of the kubeconfig, NULL: unknown. */
char *drill_lease_holder(const char *user, const char *host, long pid, char out[LEASE_HOLDER_MAX]);
char *drill_lease_name(const char *service); /* caller frees */

struct drill_lease_write {
    const char *ns, *service, *service_uid;
    const char *holder; /* who drills, or has drilled */
    bool released;      /* the drill is over */
    uint64_t wall_ms, acquired_ms;
    unsigned duration_s; /* until it expires; of a released one the cool-down, at least 1 */
    uint64_t transitions;
};
cJSON *drill_lease_object(const struct drill_lease_write *w);

#endif
