/* deploy_redis.c - the step that finds the Redis endpoint: in AWS, or of the Redis for development. */
#include "deploy/deploy_priv.h"

static void on_waiting(void *arg, const char *text)
{
    struct deploy *d = arg;
    step_wait_text(&d->engine, "%s", text);
}

/* deploy_free frees redis_from, which must not be freed in its own callback. */
static void on_endpoint(void *arg, enum err err, const char *text)
{
    struct deploy *d = arg;
    struct why why = {0};
    if (err) {
        step_fail(&d->engine, err, "%s", text);
    } else if (redis_from_give(d->from, d->conf.variables, &why)) {
        step_fail(&d->engine, why.code, "%s", why.text);
    } else {
        step_log(&d->engine, TONE_PLAIN, "%s", text);
        step_next(&d->engine);
    }
}

static void redis_late(void *arg)
{
    struct deploy *d = arg;
    redis_from_free(d->from);
    d->from = NULL;
    step_fail(&d->engine, ERR_TIMEOUT, "timed out waiting for an endpoint from AWS");
}

void deploy_redis(void *arg)
{
    struct deploy *d = arg;
    if (d->conf.parts[PART_REDIS]) {
        deploy_redis_dev(d);
        return;
    }
    const uint64_t every = d->conf.redis_every_ms, most = d->conf.redis_ms;
    const struct redis_from_conf conf = {
        .loop = d->conf.loop, .word = d->conf.redis_from, .every_ms = every ? every : REDIS_FROM_EVERY_MS};
    step_wait_text(&d->engine, "querying AWS");
    d->from = redis_from_start(&conf, &(struct redis_from_calls){on_waiting, on_endpoint, d});
    step_later(&d->engine, redis_late, most ? most : REDIS_FROM_WAIT_MS);
}
