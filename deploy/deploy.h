/*
 * deploy.h - a manifest onto a cluster, step by step: the endpoint of the Redis from AWS, variables, prerequisites,
 * lint, a dry run by the server, the difference to what is live, the confirmation, apply in the order in which one
 * needs the other, waiting until KubeRay has accepted it, and until Serve answers.
 *
 * Nothing is changed before it is confirmed. Lint, which needs no cluster, is done even where a prerequisite failed, so
 * that everything wrong is said at once. A step that fails says what was applied and what was not; applying again is
 * safe. No secret gets into a line.
 */
#ifndef RAYDECK_DEPLOY_DEPLOY_H
#define RAYDECK_DEPLOY_DEPLOY_H

#include "backends/link/loop.h"
#include "backends/world/world.h"
#include "deploy/apply.h"
#include "deploy/manifest.h"
#include "deploy/step_engine.h"
#include "deploy/variables.h"

enum deploy_step {
    DEPLOY_REDIS, /* only with redis_from; without its endpoint there is nothing to deploy */
    DEPLOY_VARIABLES,
    DEPLOY_PREREQUISITES,
    DEPLOY_LINT,
    DEPLOY_DRY_RUN,
    DEPLOY_DIFF,
    DEPLOY_CONFIRM,
    DEPLOY_APPLY,
    DEPLOY_ACCEPTED,
    DEPLOY_ANSWERING,
    DEPLOY_STEPS
};
enum {
    DEPLOY_ACCEPT_MS = 90 * 1000,
    DEPLOY_ANSWER_MS = 45 * 60 * 1000,
    DEPLOY_POLL_MS = 1000,
    DEPLOY_SERVICE_MAX = 254
};

/* Each may be NULL. */
struct deploy_hooks {
    /* A RayService was applied: the one to watch from now on. */
    void (*applied)(void *arg, const char *ns, const char *service);
    /* Does Serve answer, as far as the owner can tell? ret: why, or why not. */
    enum tri (*answering)(void *arg, char *ret, size_t size);
    void *arg;
};
/* Everything is borrowed until deploy_free, but for the texts, which are copied. */
struct deploy_conf {
    struct loop *loop;
    struct cluster cluster;
    const struct world *world; /* of a session that watches the namespace; NULL: no reasons of pods are given */
    const char *ns;            /* NULL: the manifest's, else context_ns */
    const char *context_ns;
    struct manifest *manifest;
    struct variables *variables; /* are set to what AWS answers */
    const char *redis_from;      /* as redis_from_check accepts it (deploy/redis_from.h); NULL: not read from AWS */
    struct deploy_hooks hooks;
    bool dry_run;                           /* ends after the diff */
    uint64_t accept_ms, answer_ms, poll_ms; /* 0: the limits above */
    uint64_t redis_ms, redis_every_ms;      /* 0: those of deploy/redis_from.h */
};
struct deploy;
/* Begins from the loop. The observer's `done`: ERR_PARSE where lint or the server refused what is in the manifest. */
struct deploy *deploy_start(const struct deploy_conf *conf, const struct step_observer *observer);
void deploy_free(struct deploy *d);                  /* stops where it is; NULL is fine */
struct step_engine *deploy_engine(struct deploy *d); /* to confirm, cancel and read it */

/* What is about to be applied, for the confirmation: a line an object, what each means, at most so many lines. Safe
 * text.
 */
enum { DEPLOY_CONFIRM_LINES = 12 };
void deploy_confirm_text(const struct deploy *d, struct buf *out);

const char *deploy_service(const struct deploy *d); /* name of the first RayService; "" without one */
const char *deploy_ns(const struct deploy *d);      /* "" until it is known */

#endif
