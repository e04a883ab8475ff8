/* cleanup_priv.h - what the files of a clean-up share; for deploy/cleanup*.c only. */
#ifndef RAYDECK_DEPLOY_CLEANUP_PRIV_H
#define RAYDECK_DEPLOY_CLEANUP_PRIV_H

#include "deploy/cleanup.h"
#include "deploy/service_parse.h"

struct thing {
    const struct kobject_kind *kind;
    char *name, *uid, *words, *with; /* with: the RayService it was deployed with; NULL: it does not say */
    bool gone;
};

struct cleanup {
    struct cleanup_conf conf;
    struct cleanup_calls calls;
    struct steps steps;
    struct alarm *go;
    void (*next)(struct cleanup *c);
    struct object_call *call;
    char *ns;
    struct thing *things;
    size_t count, beyond;
    size_t services; /* of ours, the one that is meant among them */
    size_t at;       /* of the thing, or the kind, being worked on */
    char service[OBJECT_NAME_MAX + 1];
    char ray_version[64];
    char *wanted;     /* the RayService that is meant; NULL: not said */
    char *storage_ns; /* of the GCS; NULL unknown */
    struct known_u64 fields_before;
    bool owns_namespace, namespace_there, namespace_going;
    char *namespace_uid, *namespace_version; /* the version as it was looked at last */
    struct buf fresh;                        /* what is in it that was not shown */
    struct kobject_kind *kinds;              /* beside those of kinds.def, what the server says there is; texts ours */
    size_t kinds_count;
    char **versions; /* of the API groups, "apps/v1" */
    size_t versions_count;
    char *blind; /* why there may be more kinds than those; NULL: there are not */
    void (*kinds_known)(struct cleanup *c);
    char *kept_for; /* what somebody else has in the namespace; NULL: nothing */
    bool asked, over, failed;
    enum err err;
    /* of the wait for the RayService */
    uint64_t began_ms;
    bool hang_said, job_seen, job_done, job_failed;
    bool service_gone;
    char cluster[OBJECT_NAME_MAX + 1];
    char state[STEP_TEXT_MAX], reason[STEP_TEXT_MAX];
};

void cleanup_soon(struct cleanup *c, void (*next)(struct cleanup *c), uint64_t ms);
void cleanup_end(struct cleanup *c, enum err err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void cleanup_failed(struct cleanup *c, enum err err); /* goes on; the end will say so */

void cleanup_thing_done(struct thing *t);
bool cleanup_is_ui(const struct thing *t);
bool cleanup_is_service(const struct thing *t);

/* Asks which kinds a namespace can hold; then c->at is 0. */
void cleanup_find_kinds(struct cleanup *c, void (*then)(struct cleanup *c));
void cleanup_forget_kinds(struct cleanup *c);
/* Those of kinds.def first; NULL after the last. */
const struct kobject_kind *cleanup_kind(const struct cleanup *c, size_t i);
/* It is there by somebody's will: nobody owns it, and no namespace has it by itself. */
bool cleanup_is_somebodys(const struct kobject_kind *kind, const cJSON *o);

/* The beginnings of the steps; each goes on to the next. */
void cleanup_look(struct cleanup *c);
void cleanup_ui(struct cleanup *c);
void cleanup_service_step(struct cleanup *c);
void cleanup_rest(struct cleanup *c);
void cleanup_namespace(struct cleanup *c);
void cleanup_redis(struct cleanup *c);

#endif
