/* serve_not_running.c - Finds the application that does not run, in the Serve API's word or in the RayService's. */
#include "backends/world/serve_not_running.h"

#include <stdio.h>
#include <string.h>

static bool is_failure(const char *status)
{
    return text_eq(status, "DEPLOY_FAILED") || text_eq(status, "UNHEALTHY");
}

/* A deployment that is HEALTHY leaves the application's word; so does an application that Serve has given up. */
static struct serve_not_running not_running(const struct deployment *d)
{
    const bool of_app = text_eq(d->status, "HEALTHY") || text_eq(d->app_status, "DEPLOY_FAILED");
    const char *name = of_app || !d->name ? d->app : d->name,
               *status = of_app || !d->status ? d->app_status : d->status;
    return (struct serve_not_running){
        .name = name ? name : "–",
        .status = status ? status : "–",
        .message = d->message && *d->message ? d->message : NULL,
        .failed = is_failure(d->status) || is_failure(d->app_status),
    };
}

static int not_running_rank(const struct serve_not_running *s)
{
    return 2 * s->failed + (s->message != NULL);
}

struct serve_not_running serve_not_running_in(const struct deployment *deployments, size_t count)
{
    struct serve_not_running best = {.status = NULL};
    for (size_t i = 0; i < count; i++) {
        const bool reported =
            deployments[i].status || deployments[i].app_status; /* else only the configuration names it */
        if (!reported || text_eq(deployments[i].app_status, "RUNNING")) continue;
        const struct serve_not_running s = not_running(&deployments[i]);
        if (!best.status || not_running_rank(&s) > not_running_rank(&best)) best = s;
    }
    return best;
}

static bool source_is_live(const struct world *w, const struct row *row)
{
    const struct source *s = row && !row->gone_ms ? world_source_named(w, row->source) : NULL;
    return s && s->state == SOURCE_LIVE;
}

struct serve_not_running serve_not_running_of(const struct world *w, const struct focus *f)
{
    const struct rayservice *r = f->rayservice;
    struct serve_not_running s = {.status = NULL};
    if (!r) return s;
    const struct row *serve = world_find(w, TABLE_SERVEAPP, r->record.key);
    const struct serveapp *app = source_is_live(w, serve) ? ROW(serve, serveapp) : NULL;
    const bool reported = app && app->deployments_count;
    if (reported) s = serve_not_running_in(app->deployments, app->deployments_count);
    if (s.failed || !source_is_live(w, world_find(w, TABLE_RAYSERVICE, r->record.key))) return s;
    if (!reported || r->active_cluster) { /* what the Serve API was not asked for */
        struct serve_not_running pending = serve_not_running_in(r->pending, r->pending_count);
        pending.upgrade = r->active_cluster != NULL;
        if (pending.failed || (pending.status && !s.status)) s = pending;
    }
    if (!reported && !s.status) s = serve_not_running_in(r->deployments, r->deployments_count);
    return s;
}

static char *not_running_words(const struct serve_not_running *s, size_t message_len, char *out, size_t size)
{
    char text[2048];
    if (s->status)
        snprintf(text, sizeof text, "%s%s %s%s%.*s", s->upgrade ? "upgrade: " : "", s->name, s->status,
                 s->message ? ": " : "", (int)message_len, s->message ? s->message : "");
    else
        text[0] = '\0';
    text_safe_into(out, size, text, strlen(text));
    return out;
}

char *serve_not_running_words(const struct serve_not_running *s, char *out, size_t size)
{
    return not_running_words(s, s->message ? strlen(s->message) : 0, out, size);
}

/* traceback_text puts what led to the error behind a dot. */
char *serve_not_running_brief(const struct serve_not_running *s, char *out, size_t size)
{
    const char *dot = s->message ? strstr(s->message, " · ") : NULL;
    const size_t len = dot ? (size_t)(dot - s->message) : s->message ? strlen(s->message) : 0;
    return not_running_words(s, len, out, size);
}
