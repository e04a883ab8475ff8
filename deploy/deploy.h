/*
 * deploy.h - deploys a manifest and its parts step by step: Redis endpoint (from AWS, or of the Redis for development),
 * variables, prerequisites, lint, server-side dry run, diff with the live objects, confirmation, apply in order of
 * dependency, waiting for KubeRay to accept it and for Serve to answer.
 *
 * Changes nothing before the confirmation. Lint, which needs no cluster, runs even if a prerequisite failed, so that
 * all problems are reported at once. A failed step reports what was applied and what was not; deploy can safely be run
 * again. Lines never contain secrets.
 */
#ifndef RAYDECK_DEPLOY_DEPLOY_H
#define RAYDECK_DEPLOY_DEPLOY_H

#include "backends/link/loop.h"
#include "backends/world/world.h"
#include "deploy/apply.h"
#include "deploy/deploy_parts.h"
#include "deploy/manifest.h"
#include "deploy/step_engine.h"
#include "deploy/variables.h"

enum deploy_step {
    DEPLOY_REDIS, /* only with redis_from or the Redis for development; fails without an endpoint */
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
    DEPLOY_REDIS_READY_MS = 5 * 60 * 1000, /* an image is pulled, a volume made */
    DEPLOY_ACCEPT_MS = 90 * 1000,
    DEPLOY_ANSWER_MS = 45 * 60 * 1000,
    DEPLOY_POLL_MS = 1000,
    DEPLOY_SERVICE_MAX = 254
};

/* Each may be NULL. */
struct deploy_hooks {
    /* A RayService was applied, and should get the focus. */
    void (*applied)(void *arg, const char *ns, const char *service);
    /* Whether Serve answers; ret: the evidence. */
    enum tri (*answering)(void *arg, char *ret, size_t size);
    void *arg;
};
/* Everything is borrowed until deploy_free, but for the texts, which are copied. */
struct deploy_conf {
    struct loop *loop;
    struct cluster cluster;
    const struct world *world; /* of a session that watches the namespace; NULL: does not report pods' reasons */
    const char *ns;            /* NULL: the manifest's, else context_ns */
    const char *context_ns;
    struct manifest *manifest;
    /* Deployed with it, in its namespace; NULL: not. That of PART_REDIS is applied first and waited for; its Secret is
     * created with a random password, or the existing one's is used. */
    struct manifest *parts[PARTS];
    struct variables *variables; /* redis_from and PART_REDIS set those of the endpoint */
    const char *redis_from;      /* valid for redis_from_check (deploy/redis_from.h); NULL: do not query AWS; not with
                                  * PART_REDIS */
    struct deploy_hooks hooks;
    bool dry_run;                           /* ends after the diff */
    uint64_t accept_ms, answer_ms, poll_ms; /* 0: the limits above */
    uint64_t redis_ms, redis_every_ms;      /* 0: those of deploy/redis_from.h */
    uint64_t redis_ready_ms;                /* 0: DEPLOY_REDIS_READY_MS */
};
struct deploy;
/* Starts from the loop. The observer's `done`: ERR_PARSE: lint or the server refused the manifest. */
struct deploy *deploy_start(const struct deploy_conf *conf, const struct step_observer *observer);
void deploy_free(struct deploy *d);                  /* stops at once; NULL is fine */
struct step_engine *deploy_engine(struct deploy *d); /* to confirm, cancel and read it */

/* The objects to be applied, for the confirmation: a line each, with its effect, at most DEPLOY_CONFIRM_LINES. Safe
 * text. */
enum { DEPLOY_CONFIRM_LINES = 12 };
void deploy_confirm_text(const struct deploy *d, struct buf *out);

const char *deploy_service(const struct deploy *d); /* name of the first RayService; "" without one */
const char *deploy_ns(const struct deploy *d);      /* "" until it is known */

#endif
