/* deploy_priv.h - internals of a deployment; for deploy/deploy*.c only. */
#ifndef RAYDECK_DEPLOY_DEPLOY_PRIV_H
#define RAYDECK_DEPLOY_DEPLOY_PRIV_H

#include "deploy/deploy.h"
#include "deploy/diff.h"
#include "deploy/redis_from.h"
#include "deploy/service_parse.h"
#include "deploy/step_engine.h"

/* One object of the manifest. */
struct item {
    const struct kobject_kind *kind;
    cJSON *object; /* the object to apply; contains secrets */
    cJSON *live;   /* NULL: there is none */
    cJSON *next;   /* the result of the dry run */
    char *words;
    struct diff diff;
    unsigned rank; /* lower ones are applied before, whatever their kind */
    unsigned manifest, document;
    bool create_only;        /* never changes one that exists */
    bool found;              /* existed, and not created by us: cleanup keeps it */
    struct conflicts *shown; /* the worker groups, which the operator owns, and nothing else: to be taken from those
                              * managers; NULL: nothing is */
    char *version;           /* resourceVersion of the live one, when last read */
    bool applied;
    bool checked; /* by a dry run */
    bool failed;
};

enum { RANK_CLUSTER, RANK_REDIS, RANK_REST }; /* of an item */
enum { DEPLOY_SECRETS = 32 };                 /* at most; further ones are not checked */

/* One that the API server was asked for. */
struct found_kind {
    struct kobject_kind kind; /* owns its texts */
    char *why;                /* why it cannot be applied; NULL: it can be */
};

enum namespace_state { NS_UNKNOWN, NS_THERE, NS_MISSING };

struct deploy {
    struct deploy_conf conf;
    struct step_engine engine;
    struct redis_from *from;               /* NULL: not read from AWS */
    struct manifest *manifests[1 + PARTS]; /* the RayService's first. Borrowed */
    size_t manifests_count;
    char *redis_password;          /* of the Secret to be created for the Redis for development; NULL: it exists */
    bool redis_ready;              /* that Redis has been waited for */
    void (*redis_then)(void *arg); /* continues once it is ready */
    char ns[OBJECT_NAME_MAX + 1];
    char service[OBJECT_NAME_MAX + 1];
    struct item *items;
    size_t count;
    struct found_kind **kinds; /* beside those of kinds.def */
    size_t kinds_count;
    size_t at;                     /* of the item, or the check, being worked on */
    unsigned check;                /* of the prerequisites */
    unsigned kuberay;              /* the operator's version, for lint; LINT_KUBERAY_ANY where it is not known */
    struct capacity *capacity;     /* while that is checked; NULL */
    unsigned pages;                /* of the list being read */
    char own[2][SERVICE_NAME_MAX]; /* the RayClusters that the RayService has now; "" none */
    size_t verb;                   /* of the permissions of the item at `at` */
    char *secret[DEPLOY_SECRETS];  /* Secrets that pods refer to and the manifest lacks */
    size_t secrets;
    enum namespace_state ns_state;
    unsigned tries; /* of the item at `at` */
    uint64_t applied_wall_ms;
    unsigned reads_behind; /* reads of a status of the previous generation */
    unsigned reads_ready;  /* reads of a Ready RayService without a probe result */
};

/* Rebuilds the items from the manifest; logs an error of the step for each object that cannot be applied. */
void deploy_read(struct deploy *d);
void deploy_forget_items(struct deploy *d);
const struct item *deploy_service_item(const struct deploy *d); /* NULL: no RayService */

/* Asks the API server for the manifest's kinds that are not in kinds.def; ends in deploy_kinds_known, or in
 * deploy_checked where it cannot be reached. */
void deploy_find_kinds(struct deploy *d);
void deploy_kinds_known(struct deploy *d);
void deploy_forget_kinds(struct deploy *d);
/* NULL: *ret_why says why it cannot be applied (borrowed). */
const struct kobject_kind *deploy_kind_of(const struct deploy *d, const cJSON *object, const char **ret_why);

/* Reads or generates the password of the Redis for development, sets the variables of its endpoint, ends the step. */
void deploy_redis_dev(struct deploy *d);
/* The Secret to be created with that password; NULL: none. Caller: json_wipe. */
cJSON *deploy_redis_dev_secret(const struct deploy *d);
/* Waits until that Redis is ready; then calls `then` from the loop. Ends the step if it does not get ready. */
void deploy_redis_dev_wait(struct deploy *d, void (*then)(void *arg));

/* Finds d->secret again. */
void deploy_secret_refs(struct deploy *d);
void deploy_forget_secrets(struct deploy *d);

/* Ends a check of the prerequisites; the next one follows. */
void deploy_checked(struct deploy *d, const struct object_answer *a);
void deploy_check_capacity(struct deploy *d, const cJSON *rayservice); /* ends in deploy_checked */

/* The steps. */
void deploy_redis(void *arg);
void deploy_prerequisites(void *arg);
void deploy_variables(void *arg);
void deploy_lint(void *arg);
void deploy_dry_run(void *arg);
void deploy_diff(void *arg);
void deploy_apply(void *arg);
void deploy_accepted(void *arg);
void deploy_answering(void *arg);

/* Checks the objects in a namespace just created, then applies everything. */
void deploy_dry_rest(struct deploy *d);
void deploy_apply_all(struct deploy *d);
/* Ends the apply: logs what was applied and what was not. unknown: sent, but not answered. */
void deploy_apply_failed(struct deploy *d, const char *what, enum err err, const char *why, bool unknown);

#endif
