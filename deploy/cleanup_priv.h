/* cleanup_priv.h - internals of a clean-up; for deploy/cleanup*.c only. */
#ifndef RAYDECK_DEPLOY_CLEANUP_PRIV_H
#define RAYDECK_DEPLOY_CLEANUP_PRIV_H

#include "deploy/cleanup.h"
#include "deploy/service_parse.h"

struct cleanup_object {
    const struct kobject_kind *kind;
    char *name, *uid, *words, *deployed_with; /* deployed_with: a RayService; NULL: not recorded */
    bool redis;                               /* of the Redis for development */
    bool gone;
};

struct cleanup {
    struct cleanup_conf conf;
    struct step_engine engine;
    char *ns;
    struct cleanup_object *objects;
    size_t count, beyond;
    size_t services;      /* RayServices with our label */
    size_t services_all;  /* RayServices, whoever created them */
    bool services_unread; /* they may not be listed */
    size_t at;            /* of the object, or the kind, being worked on */
    char service[OBJECT_NAME_MAX + 1];
    char ray_version[64];
    char *wanted;     /* the RayService given; NULL: none */
    char *storage_ns; /* of the GCS; NULL unknown */
    struct known_u64 fields_before;
    uint64_t fields_left;
    bool owns_namespace, namespace_there, namespace_going;
    bool unlisted_ours;                      /* a kind that deploy makes may not be listed */
    char *namespace_uid, *namespace_version; /* the version last read */
    struct buf unconfirmed;                  /* objects in it that were not shown */
    struct kobject_kind *kinds;              /* kinds besides those of kinds.def, discovered; owns the strings */
    size_t kinds_count;
    struct kobject_kind *kinds_shown; /* those before they were asked for once more: what was shown refers to them */
    size_t kinds_shown_count;
    enum err kinds_err;  /* the API server could not be reached for them; ERR_OK: it could */
    size_t unread_kinds; /* of those, how many cannot be listed */
    char **versions;     /* of the API groups, "apps/v1" */
    size_t versions_count;
    char *unlisted; /* why there may be further kinds; NULL: there are none */
    void (*kinds_known)(void *arg);
    char *foreign; /* a foreign object in the namespace; NULL: none */
    /* of the wait for the RayService */
    bool job_seen, job_done, job_failed;
    bool service_gone;
    char cluster[OBJECT_NAME_MAX + 1];
    char state[STEP_TEXT_MAX], reason[STEP_TEXT_MAX];
};

void cleanup_object_done(struct cleanup_object *t);
/* Whether the Redis for development is deleted: of no other RayService. */
bool cleanup_takes_redis(const struct cleanup *c);
bool cleanup_is_ui(const struct cleanup_object *t);
bool cleanup_is_service(const struct cleanup_object *t);

/* Discovers which kinds a namespace can hold; then c->at is 0. */
void cleanup_find_kinds(struct cleanup *c, void (*then)(void *arg));
void cleanup_forget_kinds(struct cleanup *c);
/* Those of kinds.def first; NULL after the last. */
const struct kobject_kind *cleanup_kind(const struct cleanup *c, size_t i);
/* Whether it was created by a user: it has no owner, and is not in every namespace. */
bool cleanup_is_foreign(const struct kobject_kind *kind, const cJSON *o);

/* The current number of GCS fields in its storage namespace. */
struct known_u64 cleanup_fields_now(const struct cleanup *c);

/* The steps. */
void cleanup_read(void *arg);
void cleanup_ui(void *arg);
void cleanup_service_step(void *arg);
void cleanup_rest(void *arg);
void cleanup_namespace(void *arg);
void cleanup_redis(void *arg);

#endif
