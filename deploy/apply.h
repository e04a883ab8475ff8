/*
 * apply.h - one object at a time, to and from the API server: server-side apply, get, list, delete.
 *
 * Applied with our own field manager, never with force unless it is asked for; a dry run is the server's own. A call
 * ends in exactly one `done`, from the loop, unless it is cancelled before. What comes back in `why` is safe, and
 * without any secret of the object that was sent.
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

/* Whom to talk to; borrowed for as long as a call is in flight. */
struct cluster {
    const struct kube_ops *ops;
    struct kube *kube;
    struct object_call **in_flight; /* where each call is noted until it ends, one at a time; NULL: nowhere */
};

struct object_answer {
    enum err err;
    const char *why;
    bool unknown;                      /* a change that was sent and not answered: what it did is not known */
    bool made;                         /* an apply made it (201) */
    const cJSON *object;               /* what the server says there is, or a list; NULL on failure. Borrowed */
    const struct conflicts *conflicts; /* of ERR_CONFLICT, where the server names fields; else NULL */
};
/* Which object is meant, for the server to hold against the one that is there: ERR_CONFLICT where it is another one. */
struct object_pin {
    const char *uid;
    const char *version; /* metadata.resourceVersion: nothing in it has changed either; NULL: whatever has */
};
struct object_call;
typedef void object_done(void *arg, const struct object_answer *answer);

/* object: apiVersion, kind, metadata.name and namespace, of that kind. Copied. pin NULL: whichever is there, or a new
 * one; for dry runs alone. */
struct object_call *object_apply(const struct cluster *c, const struct kobject_kind *kind, const cJSON *object,
                                 const struct object_pin *pin, unsigned how, object_done *done, void *arg);
/* Makes it, and fails with ERR_CONFLICT where there is one: an apply has no such precondition. */
struct object_call *object_create(const struct cluster *c, const struct kobject_kind *kind, const cJSON *object,
                                  object_done *done, void *arg);
/* What was created is not applied yet: a later apply would leave in it what it no longer says. Records the fields of
 * that entry of metadata.managedFields (kobject_created_entry) as applied, as client-go's csaupgrade does; fails where
 * it is not that entry of that object any more. */
struct object_call *object_own_fields(const struct cluster *c, const cJSON *object, const struct kobject_kind *kind,
                                      size_t entry, object_done *done, void *arg);
struct object_call *object_get(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                               const char *name, object_done *done, void *arg);
/* selector: labels as "a=b", NULL: all. */
struct object_call *object_list(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                                const char *selector, object_done *done, void *arg);
/* The object that is pinned and no other; what it owns goes in the background. */
struct object_call *object_delete(const struct cluster *c, const struct kobject_kind *kind, const char *ns,
                                  const char *name, const struct object_pin *pin, object_done *done, void *arg);
/* GET of any path. */
struct object_call *object_read(const struct cluster *c, const char *path, object_done *done, void *arg);
/* May we? The answer's object is a SelfSubjectAccessReview: status.allowed. */
struct object_call *object_may(const struct cluster *c, const char *verb, const struct kobject_kind *kind,
                               const char *ns, object_done *done, void *arg);
/* May anything be changed there now? ERR_OK, or ERR_GUARD and why not. Every change is refused so as well, below. */
enum err cluster_may_change(const struct cluster *c, struct why *why);
/* A server that cannot be reached, or does not know us, answers no other question either. */
bool cluster_is_out_of_reach(enum err err);
/* What it changes: whether it did is not known until it is answered. NULL: nothing. Borrowed until the call ends. */
const struct object_change *object_change_of(const struct object_call *call);
/* Cancels the call, and hands over what it changes: the server may carry it out all the same. */
struct object_change *object_give_up(struct object_call *call);
void object_cancel(struct object_call *call); /* no callback comes after it; NULL is fine */

#endif
