/* deploy_redis.c - the endpoint that AWS is asked for, before there is a deployment that could do without. */
#include "deploy/deploy_priv.h"

static void redis_fail(struct deploy *d, enum err err, const char *why)
{
    steps_say(&d->steps, DEPLOY_REDIS, TONE_BAD, "%s", why);
    steps_end(&d->steps, DEPLOY_REDIS);
    deploy_end(d, err, "%s: nothing was applied", why);
}

static void on_said(void *arg, const char *text)
{
    struct deploy *d = arg;
    steps_now(&d->steps, DEPLOY_REDIS, "%s", text);
}

/* What has answered stays until deploy_free: it is its own callback that we are in. */
static void on_done(void *arg, enum err err, const char *text)
{
    struct deploy *d = arg;
    struct why why = {0};
    d->next = NULL; /* it is not too late any more */
    if (!err && redis_from_give(d->from, d->conf.variables, &why)) {
        redis_fail(d, why.code, why.text);
    } else if (err) {
        redis_fail(d, err, text);
    } else {
        steps_say(&d->steps, DEPLOY_REDIS, TONE_PLAIN, "%s", text);
        steps_end(&d->steps, DEPLOY_REDIS);
        deploy_soon(d, deploy_prerequisites, 0);
    }
}

static void give_up(struct deploy *d, enum err err, const char *why)
{
    d->next = NULL;
    redis_from_free(d->from);
    d->from = NULL;
    redis_fail(d, err, why);
}

static void redis_late(struct deploy *d)
{
    give_up(d, ERR_TIMEOUT, "AWS had no endpoint in time");
}

void deploy_redis(struct deploy *d)
{
    const uint64_t every = d->conf.redis_every_ms, most = d->conf.redis_ms;
    const struct redis_from_conf conf = {
        .loop = d->conf.loop, .word = d->conf.redis_from, .every_ms = every ? every : REDIS_FROM_EVERY_MS};
    steps_begin(&d->steps, DEPLOY_REDIS);
    steps_now(&d->steps, DEPLOY_REDIS, "AWS is asked");
    d->from = redis_from_start(&conf, &(struct redis_from_calls){on_said, on_done, d});
    deploy_soon(d, redis_late, most ? most : REDIS_FROM_WAIT_MS);
}

bool deploy_may_stop(const struct deploy *d)
{
    return !d->over && d->steps.item[DEPLOY_REDIS].state == STEP_RUNNING;
}

void deploy_stop(struct deploy *d)
{
    if (deploy_may_stop(d)) give_up(d, ERR_CANCELLED, "stopped");
}
