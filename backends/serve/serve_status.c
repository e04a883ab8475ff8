/* serve_status.c - polls the Serve API of the Ray dashboard, and emits the application's record when it changed. */
#include "backends/serve/serve_status.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/serve/serve_request.h"
#include "backends/serve/serve_status_parse.h"

#include <stdlib.h>
#include <string.h>

struct serve_status {
    struct loop *loop;
    struct serve_open how;
    struct sink sink;
    struct alarm *alarm;
    struct serve_request *get;
    char *uid;
    struct serve_path path;
    struct serveapp *last; /* last emitted; NULL: none yet */
    uint64_t sent_ms;
    size_t left_out; /* last emitted */
    enum source_state state;
    enum err err;
    char *why; /* of the state */
    bool fast, again;
};

static void status_request(struct serve_status *s);

static void forget_app(struct serve_status *s)
{
    if (s->last) record_free(&s->last->record);
    s->last = NULL;
}

static void status_publish_state(struct serve_status *s, enum source_state state, enum err err, const char *why)
{
    if (s->state == state && s->err == err && text_unchanged(s->why, why)) return;
    if (state == SOURCE_OFF || state == SOURCE_ABSENT) forget_app(s); /* these states make the world drop its row */
    s->state = state;
    s->err = err;
    free(s->why);
    s->why = mem_str(why);
    sink_put(&s->sink, change_source(SERVE_SOURCE, WORLD_SERVE, state, err, why, s->path.words));
}

static void table_emit(struct serve_status *s, enum change_type type)
{
    struct change *c = change_new(type, SERVE_SOURCE, WORLD_SERVE);
    c->table = TABLE_SERVEAPP;
    sink_put(&s->sink, c);
}

static void status_schedule(struct serve_status *s)
{
    bool quick = s->fast || s->state != SOURCE_LIVE || !s->last || !serve_status_settled(s->last);
    uint64_t every = quick ? SERVE_STATUS_FAST_MS : SERVE_STATUS_MS, now = loop_now_ms();
    uint64_t due = s->sent_ms + every;
    alarm_set(s->alarm, due > now ? due - now : 0, 0);
}

/* Takes app. */
static void app_publish(struct serve_status *s, struct serveapp *app)
{
    if (s->last && record_equal(&s->last->record, &app->record)) {
        record_free(&app->record);
        sink_put(&s->sink, change_new(CHANGE_ALIVE, SERVE_SOURCE, WORLD_SERVE));
        return;
    }
    bool first = !s->last;
    if (first) table_emit(s, CHANGE_RELIST);
    struct record *copy = record_copy(&app->record);
    sink_put(&s->sink, change_put(SERVE_SOURCE, WORLD_SERVE, copy));
    if (first)
        table_emit(s, CHANGE_RELISTED);
    else
        record_free(&s->last->record);
    s->last = app;
}

static void status_failed(struct serve_status *s, const struct http_answer *answer, enum serve_failure f,
                          const struct why *why)
{
    if (f == SERVE_FAILURE_FORBIDDEN)
        status_publish_state(s, SOURCE_DENIED, why->code, why->text);
    else if (answer->status == 404 && f == SERVE_FAILURE_CLIENT)
        status_publish_state(s, SOURCE_ABSENT, ERR_NOT_FOUND, "the dashboard has no Serve API");
    else
        status_publish_state(s, SOURCE_DOWN, why->code, why->text);
}

static void on_response(void *arg, const struct http_answer *answer)
{
    struct serve_status *s = arg;
    s->get = NULL;
    struct why why = {0};
    struct serveapp *app = NULL;
    size_t left_out = 0;
    enum serve_failure f = serve_failure_of(answer, s->path.proxied, &why);
    if (f == SERVE_FAILURE_NONE &&
        serve_status_parse(s->uid, answer->body, answer->body_len, &app, &left_out, &why) != ERR_OK)
        f = SERVE_FAILURE_BODY;
    if (f == SERVE_FAILURE_NONE) {
        status_publish_state(s, SOURCE_LIVE, ERR_OK, NULL);
        app_publish(s, app);
        if (left_out != s->left_out)
            sink_put(&s->sink, change_unread(SERVE_SOURCE, WORLD_SERVE, TABLE_SERVEAPP, left_out,
                                             "an application, deployment, replica or proxy that is not an object"));
        s->left_out = left_out;
    } else {
        status_failed(s, answer, f, &why);
    }
    if (s->again)
        status_request(s);
    else
        status_schedule(s);
}

static void status_request(struct serve_status *s)
{
    const struct serve_request_calls calls = {.done = on_response, .arg = s};
    s->again = false;
    s->sent_ms = loop_now_ms();
    alarm_stop(s->alarm);
    s->get = serve_request_get(s->loop, &s->how, &s->path, "/api/serve/applications/", SERVE_STATUS_TIMEOUT_MS,
                               SERVE_STATUS_BODY_MAX, &calls);
}

static void on_due(void *arg)
{
    struct serve_status *s = arg;
    if (!s->get) status_request(s);
}

static void status_reset(struct serve_status *s)
{
    serve_request_cancel(s->get);
    s->get = NULL;
    alarm_stop(s->alarm);
    serve_path_done(&s->path);
}

void serve_status_set(struct serve_status *s, const char *service_uid, const struct serve_path *dashboard)
{
    bool same_uid = text_unchanged(s->uid, service_uid);
    if (same_uid && dashboard && s->path.base && serve_path_same(&s->path, dashboard)) return;
    status_reset(s);
    if (!same_uid) {
        if (s->last) {
            sink_put(&s->sink, change_gone(SERVE_SOURCE, WORLD_SERVE, TABLE_SERVEAPP, s->uid));
            forget_app(s);
        }
        free(s->uid);
        s->uid = mem_str(service_uid);
    }
    if (!dashboard || !s->uid) {
        status_publish_state(s, SOURCE_OFF, ERR_OK, "no Ray dashboard is known");
        return;
    }
    s->path = serve_path_copy(dashboard);
    status_publish_state(s, SOURCE_CONNECTING, ERR_OK, NULL);
    status_request(s);
}

void serve_status_set_fast_poll(struct serve_status *s, bool changing)
{
    if (s->fast == changing) return;
    s->fast = changing;
    if (s->path.base && !s->get) status_schedule(s);
}

void serve_status_refresh(struct serve_status *s)
{
    if (!s->path.base) return;
    if (s->get)
        s->again = true;
    else
        status_request(s);
}

struct serve_status *serve_status_new(struct loop *l, const struct serve_open *how, const struct sink *sink)
{
    struct serve_status *s = mem_zero(1, sizeof *s);
    s->loop = l;
    s->how = *how;
    s->sink = *sink;
    s->alarm = alarm_new(l, on_due, s);
    s->state = SOURCE_CONNECTING;
    status_publish_state(s, SOURCE_OFF, ERR_OK, "no Ray dashboard is known");
    return s;
}

bool serve_status_is_settled(const struct serve_status *s)
{
    return s->state != SOURCE_CONNECTING;
}

void serve_status_free(struct serve_status *s)
{
    if (!s) return;
    status_reset(s);
    alarm_free(s->alarm);
    forget_app(s);
    free(s->uid);
    free(s->why);
    free(s);
}
