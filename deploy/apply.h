/*
 * apply.h - requests about single objects: server-side apply, create, get, list, delete.
 *
 * Applies with our own field manager, with force only on request; dry runs are the server's. Each call ends with
 * exactly one `done`, from the loop, unless cancelled before. `why` is safe text without any secret of the object sent.
 */
#ifndef RAYDECK_DEPLOY_APPLY_H
#define RAYDECK_DEPLOY_APPLY_H

#include "backends/backend.h"
#include "backends/base/json.h"
#include "deploy/change_fate.h"
#include "deploy/conflict_parse.h"
#include "deploy/kobject.h"

enum { OBJECT_MS = 30000, OBJECT_BODY_MAX = 16 * 1024 * 1024 };
enum { APPLY_DRY = 1 << 0, APPLY_FORCE = 1 << 1 };

/* The API server; borrowed while a call is in flight. */
struct cluster {
    const struct kube_ops *ops;
    struct kube *kube;
    struct object_call **in_flight; /* the call in flight, at most one; NULL: not tracked */
};

struct object_answer {
    enum err err;
    const char *why;
    bool unknown;                      /* a change was sent and not answered: its outcome is unknown */
    bool made;                         /* an apply created it (201) */
    const cJSON *object;               /* the object in the response, or a list; NULL on failure. Borrowed */
    const struct conflicts *conflicts; /* for ERR_CONFLICT with field managers; else NULL */
};
/* A precondition: ERR_CONFLICT if the live object is another one. */
struct object_pin {
    const char *uid;
    const char *version; /* metadata.resourceVersion: must be unchanged; NULL: any */
};
struct object_call;
typedef void object_done(void *arg, const struct object_answer *answer);

/* object: apiVersion, kind, metadata.name and namespace, of that kind. Copied. pin NULL: whichever is there, or a new
 * one; for dry runs alone. */
struct object_call *object_apply(const struct cluster *c, const struct kobject_kind *kind, const cJSON *object,
                                 const struct object_pin *pin, unsigned how, object_done *done, void *arg);
/* Creates it; ERR_CONFLICT: it exists. An apply has no such precondition. */
struct object_call *object_create(const struct cluster *c, const struct kobject_kind *kind, const cJSON *object,
                                  object_done *done, void *arg);
/* Records the fields of that entry of metadata.managedFields (kobject_created_entry) as applied, as client-go's
 * csaupgrade does: otherwise a later apply would not remove fields. Fails if the entry or the object has changed. */
struct object_call *object_own_fields(const struct cluster *c, const cJSON *object, const struct kobject_kind *kind,
                                      size_t entry, object_done *done, void *arg);
struct object_call *object_get(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                               const char *name, object_done *done, void *arg);
/* selector: labels ("a=b"); NULL: all. */
struct object_call *object_list(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                                const char *selector, object_done *done, void *arg);
/* Deletes exactly the pinned object; its dependents are deleted in the background. */
struct object_call *object_delete(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                                  const char *name, const struct object_pin *pin, object_done *done, void *arg);
/* GET of any path. */
struct object_call *object_read(const struct cluster *c, const char *path, object_done *done, void *arg);
/* Requests a SelfSubjectAccessReview; the answer's object has status.allowed. */
struct object_call *object_may(const struct cluster *c, const char *verb, const struct kobject_kind *kind,
                               const char *ns, object_done *done, void *arg);
/* Whether changes are allowed now: ERR_OK, or ERR_GUARD and why. Every change is checked again when it is sent. */
enum err cluster_may_change(const struct cluster *c, struct why *why);
/* A server that cannot be reached, or does not know us, answers no other question either. */
bool cluster_is_out_of_reach(enum err err);
/* The change that the call makes; its outcome is unknown until answered. NULL: none. Borrowed until the call ends. */
const struct object_change *object_change_of(const struct object_call *call);
/* Cancels the call and returns its change, which the server may still carry out. */
struct object_change *object_give_up(struct object_call *call);
void object_cancel(struct object_call *call); /* no callback follows; NULL is fine */

#endif
