/* app_aws.c - queries AWS about the Redis for the doctor's pane, when that is first shown and on a refresh. */
#include "tui/app_priv.h"

#include "deploy/redis_from.h"
#include "tui/panes/pane.h"

static void on_done(void *arg, enum err err, const char *why)
{
    struct app *app = arg;
    (void)err; /* a failed query leaves its facts unknown, with the reason */
    (void)why;
    app->dirty = true;
    alarm_set(app->soon, 0, 0);
}

static void start_query(struct app *app)
{
    const struct redis_from_conf conf = {app->loop, app->cli->redis_from, 0};
    redis_from_free(app->at->aws);
    app->at->aws = redis_from_start(&conf, &(struct redis_from_calls){NULL, on_done, app});
}

void app_aws_begin(struct app *app)
{
    if (app->cli->redis_from && !app->at->aws && screen_pane(app->at->screen)->ops == &doctor_pane_ops)
        start_query(app);
}

const struct doctor_aws *app_aws_facts(const struct app *app)
{
    return app->at->aws ? redis_from_facts(app->at->aws) : NULL;
}

void app_aws_refresh(struct app *app)
{
    if (app->at->aws) start_query(app);
}
