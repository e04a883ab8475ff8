/* deploy_priv.h - what the files of a deployment share; for deploy/deploy*.c only. */
#ifndef RAYDECK_DEPLOY_DEPLOY_PRIV_H
#define RAYDECK_DEPLOY_DEPLOY_PRIV_H

#include "deploy/deploy.h"
#include "deploy/diff.h"
#include "deploy/redis_from.h"

/* One object of the manifest. */
struct item {
    const struct kobject_kind *kind;
    cJSON *object; /* as it is to be applied; holds secrets */
    cJSON *live;   /* NULL: there is none */
    cJSON *next;   /* what the dry run says would be there */
    char *words;
    struct diff diff;
    unsigned document;
    bool found;              /* it was there, and not made by us: kept at a clean-up */
    struct conflicts *shown; /* the worker groups, which the operator owns, and nothing else: to be taken from those
                              * managers; NULL: nothing is */
    char *version;           /* of the live one, as it was read last before it is changed */
    bool applied;
    bool checked; /* by a dry run */
    bool failed;
};

enum { DEPLOY_SECRETS = 32 }; /* more are not looked for */

enum namespace_state { NS_UNKNOWN, NS_THERE, NS_MISSING };

struct deploy {
    struct deploy_conf conf;
    struct deploy_calls calls;
    struct steps steps;
    struct alarm *go; /* rings for the next thing */
    void (*next)(struct deploy *d);
    struct object_call *call; /* the one in flight */
    struct redis_from *from;  /* NULL: AWS is not asked */
    char ns[OBJECT_NAME_MAX + 1];
    char service[OBJECT_NAME_MAX + 1];
    struct item *items;
    size_t count;
    size_t at;                    /* of the item, or the question, being worked on */
    unsigned check;               /* of the prerequisites */
    size_t verb;                  /* of the permissions of the item at `at` */
    char *secret[DEPLOY_SECRETS]; /* names that the pods refer to and the manifest does not hold */
    size_t secrets;
    enum namespace_state ns_state;
    bool bad; /* a step failed: nothing is applied */
    enum err bad_err;
    bool asked, over;
    unsigned tries; /* of the item at `at` */
    uint64_t applied_wall_ms;
    uint64_t wait_end_ms;
    unsigned looks_behind;    /* at a status of the generation before */
    unsigned looks_ready;     /* at a Ready RayService that no probe has told about */
    char last[STEP_TEXT_MAX]; /* why a wait goes on */
};

/* Goes on with `next` from the loop, after a delay. */
void deploy_soon(struct deploy *d, void (*next)(struct deploy *d), uint64_t ms);
/* The end: why in words. */
void deploy_end(struct deploy *d, enum err err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
void deploy_bad(struct deploy *d, enum err err); /* the step that runs failed */

/* The objects out of the manifest as it is now; says in `step` which cannot be applied. */
void deploy_read(struct deploy *d, enum deploy_step step);
void deploy_forget_items(struct deploy *d);
const struct item *deploy_service_item(const struct deploy *d); /* NULL: no RayService */

/* Finds d->secret anew. */
void deploy_secret_refs(struct deploy *d);
void deploy_forget_secrets(struct deploy *d);

/* The beginnings of the steps. */
void deploy_redis(struct deploy *d);
void deploy_prerequisites(struct deploy *d);
void deploy_variables(struct deploy *d);
void deploy_lint(struct deploy *d);
void deploy_dry_run(struct deploy *d);
void deploy_diff(struct deploy *d);
void deploy_ask(struct deploy *d);
void deploy_apply(struct deploy *d);
void deploy_wait(struct deploy *d);

/* What could not be checked before the namespace was made; then all is applied. */
void deploy_dry_rest(struct deploy *d);
void deploy_apply_all(struct deploy *d);

#endif
