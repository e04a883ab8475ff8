#include "backends/aws/credentials.h"

#include "backends/aws/container.h"
#include "backends/aws/credentials_plan.h"
#include "backends/aws/imds.h"
#include "backends/base/mem.h"

#include <stdlib.h>

struct credentials {
    struct loop *loop;
    struct http_client *http, *meta;
    const struct aws_settings *settings;
    struct keys_calls calls;
    struct alarm *soon; /* nothing is told from within the start */
    struct plan plan;
    struct aws_keys keys; /* so far */
    struct container_keys *container;
    struct imds *imds;
    struct role *role;
};

static void drop_sources(struct credentials *c)
{
    container_free(c->container);
    imds_free(c->imds);
    role_free(c->role);
    c->container = NULL;
    c->imds = NULL;
    c->role = NULL;
}

static void tell(struct credentials *c, enum err err, const struct why *why)
{
    struct aws_keys keys = c->keys;

    c->keys = (struct aws_keys){0};
    c->calls.done(c->calls.arg, err, err ? NULL : &keys, why);
    aws_keys_done(&keys);
}

static void on_keys(void *arg, enum err err, struct aws_keys *keys, const struct why *why);

/* The next role, or the end. */
static void go_on(struct credentials *c)
{
    struct why why = {0};

    if (!c->plan.roles) {
        tell(c, ERR_OK, &why);
        return;
    }
    struct role_wanted *wanted = &c->plan.role[--c->plan.roles];
    wanted->keys = &c->keys;
    enum err err = role_assume(c->loop, c->http, c->settings, wanted, &(struct keys_calls){on_keys, c}, &c->role, &why);
    if (err) tell(c, err, &why);
}

static void on_keys(void *arg, enum err err, struct aws_keys *keys, const struct why *why)
{
    struct credentials *c = arg;
    struct why copy = *why;

    aws_keys_done(&c->keys);
    if (!err) {
        c->keys = *keys;
        *keys = (struct aws_keys){0};
    }
    drop_sources(c);
    if (err)
        tell(c, err, &copy);
    else
        go_on(c);
}

static void begin(void *arg)
{
    struct credentials *c = arg;
    const struct keys_calls calls = {on_keys, c};
    struct why why = {0};
    enum err err = plan_make(&c->plan, c->settings, &why);

    if (!err) switch (c->plan.base) {
        case PLAN_KEYS:
            c->keys = c->plan.keys;
            c->plan.keys = (struct aws_keys){0};
            go_on(c);
            return;
        case PLAN_WEB: err = role_assume(c->loop, c->http, c->settings, &c->plan.web, &calls, &c->role, &why); break;
        case PLAN_CONTAINER: err = container_start(c->meta, &calls, &c->container, &why); break;
        case PLAN_IMDS: err = imds_start(c->meta, &calls, &c->imds, &why); break;
        }
    if (err) tell(c, err, &why);
}

struct credentials *credentials_start(struct loop *l, struct http_client *http, struct http_client *meta,
                                      const struct aws_settings *settings, const struct keys_calls *calls)
{
    struct credentials *c = mem_zero(1, sizeof *c);

    c->loop = l;
    c->http = http;
    c->meta = meta;
    c->settings = settings;
    c->calls = *calls;
    c->soon = alarm_new(l, begin, c);
    alarm_set(c->soon, 0, 0);
    return c;
}

void credentials_free(struct credentials *c)
{
    if (!c) return;
    drop_sources(c);
    alarm_free(c->soon);
    plan_done(&c->plan);
    aws_keys_done(&c->keys);
    free(c);
}
