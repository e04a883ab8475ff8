/* credentials.c - runs the provider that the plan selects, and reports its keys or its failure. */
#include "backends/aws/credentials.h"

#include "backends/aws/cli_keys.h"
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
    struct alarm *soon; /* starts from the loop: done must not be called from within credentials_start */
    struct plan plan;
    struct aws_keys keys;
    struct container_keys *container;
    struct imds *imds;
    struct web_identity_request *web;
    struct cli_keys *cli;
};

static void free_sources(struct credentials *c)
{
    container_free(c->container);
    imds_free(c->imds);
    web_identity_free(c->web);
    cli_keys_free(c->cli);
    c->container = NULL;
    c->imds = NULL;
    c->web = NULL;
    c->cli = NULL;
}

static void report_keys(struct credentials *c, enum err err, const struct why *why)
{
    struct aws_keys keys = c->keys;

    c->keys = (struct aws_keys){0};
    c->calls.done(c->calls.arg, err, err ? NULL : &keys, why);
    aws_keys_done(&keys);
}

static void on_keys(void *arg, enum err err, struct aws_keys *keys, const struct why *why)
{
    struct credentials *c = arg;
    struct why copy = *why;

    if (!err) {
        c->keys = *keys;
        *keys = (struct aws_keys){0};
    }
    free_sources(c);
    report_keys(c, err, &copy);
}

static void on_cli_keys(void *arg, enum err err, struct aws_keys *keys, const struct why *why)
{
    struct credentials *c = arg;
    struct why named = {0};

    if (err) why_set(&named, err, "AWS: profile %.64s (%s): %s", c->settings->profile, c->plan.why_cli, why->text);
    on_keys(c, err, keys, err ? &named : why);
}

static void start_source(void *arg)
{
    struct credentials *c = arg;
    const struct keys_calls calls = {on_keys, c};
    struct why why = {0};
    enum err err = plan_make(&c->plan, c->settings, &why);

    if (!err) switch (c->plan.base) {
        case PLAN_KEYS: on_keys(c, ERR_OK, &c->plan.keys, &why); return;
        case PLAN_CLI:
            c->cli = cli_keys_start(c->loop, c->settings->profile_asked ? c->settings->profile : NULL,
                                    &(struct keys_calls){on_cli_keys, c});
            return;
        case PLAN_WEB: c->web = web_identity_start(c->loop, c->http, c->settings, &c->plan.web, &calls); return;
        case PLAN_CONTAINER: err = container_start(c->loop, c->meta, &calls, &c->container, &why); break;
        case PLAN_IMDS: err = imds_start(c->meta, &calls, &c->imds, &why); break;
        }
    if (err) report_keys(c, err, &why);
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
    c->soon = alarm_new(l, start_source, c);
    alarm_set(c->soon, 0, 0);
    return c;
}

void credentials_free(struct credentials *c)
{
    if (!c) return;
    free_sources(c);
    alarm_free(c->soon);
    plan_done(&c->plan);
    aws_keys_done(&c->keys);
    free(c);
}
