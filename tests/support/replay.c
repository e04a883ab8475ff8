/* replay.c - Feeds a recorded failure into a world, and keeps what its users saw. */
#include "tests/support/replay.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_parse.h"
#include "backends/redis/gcs_parse.h"
#include "backends/serve/serve_status.h"
#include "backends/serve/serve_status_parse.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HERE "tests/fixtures/recordings/"

struct arrival {
    struct change *change;
    size_t order;
};
struct user_request {
    uint64_t sent_ms;
    bool ok, model;
};
struct replay_tape {
    struct arrival *arrival;
    size_t count, next;
    bool sorted;
    unsigned parts;
    struct user_request *user;
    size_t users;
    uint64_t wall_ms; /* of what is being read */
    const char *folder, *source;
    enum table table;
    char *times, *times_at;
    char *service_uid;
    uint64_t way_due_ms, serve_due_ms; /* the next sample that the console would have asked for */
    char *serve_body;                  /* the last one */
};

/* ---- the recording as changes ---------------------------------------------------------------------------------- */

static void tape_add(void *owner, struct change *c)
{
    struct replay_tape *t = owner;
    c->wall_ms = c->at_ms = t->wall_ms;
    if (!t->service_uid && c->record && c->record->table == TABLE_RAYSERVICE) t->service_uid = mem_str(c->record->key);
    t->arrival = mem_grow(t->arrival, t->count + 1, sizeof *t->arrival);
    t->arrival[t->count] = (struct arrival){c, t->count};
    t->count++;
}

static int by_arrival(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    if (x->change->wall_ms != y->change->wall_ms) return x->change->wall_ms < y->change->wall_ms ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static char *path_of(const struct replay_tape *t, const char *name, const char *end)
{
    return mem_printf(HERE "%s/%s%s", t->folder, name, end);
}

static uint64_t ms_of(double seconds)
{
    return (uint64_t)llround(seconds * 1000);
}

static void tape_table(struct replay_tape *t, enum change_type type)
{
    struct change *c = change_new(type, t->source, WORLD_KUBE);
    c->table = t->table;
    tape_add(t, c);
}

static void tape_list(struct replay_tape *t, const char *name)
{
    char *path = path_of(t, name, ".list.json");
    size_t len;
    struct kube_page page;
    struct why why = {0};
    char *bytes = fixture_read(path, &len);
    if (kube_parse_page(t->table, bytes, len, &page, &why) != ERR_OK) fail_msg("%s: %s", path, why.text);
    tape_add(t, change_source(t->source, WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    tape_table(t, CHANGE_RELIST);
    for (size_t i = 0; i < page.count; i++) {
        tape_add(t, change_put(t->source, WORLD_KUBE, page.items[i]));
        page.items[i] = NULL;
    }
    tape_table(t, CHANGE_RELISTED);
    kube_page_done(&page);
    free(bytes);
    free(path);
}

static void tape_watch_line(void *arg, const char *line, size_t len)
{
    struct replay_tape *t = arg;
    const struct sink sink = {tape_add, t};
    struct why why = {0};
    t->wall_ms = ms_of(strtod(t->times_at, NULL));
    t->times_at = strchr(t->times_at, '\n') + 1;
    if (kube_line_changes(t->source, t->table, line, len, &sink, &why) != ERR_OK) fail_msg("%s", why.text);
}

static void tape_kind(struct replay_tape *t, uint64_t begin_ms, const char *name, const char *source, enum table table)
{
    t->wall_ms = begin_ms;
    t->source = source;
    t->table = table;
    tape_list(t, name);
    char *path = path_of(t, name, ".watch.times");
    t->times = t->times_at = fixture_read(path, NULL);
    free(path);
    path = path_of(t, name, ".watch.ndjson");
    (void)fixture_lines(path, tape_watch_line, t);
    free(path);
    assert_int_equal(*t->times_at, '\0');
    free(t->times);
}

/* ---- Redis, as far as it was sampled --------------------------------------------------------------------------- */

static void tape_gcs_tables(struct replay_tape *t, const char *ns, const cJSON *hlen)
{
    JSON_EACH (length, hlen) {
        char *key = mem_printf("%s/%s", ns, length->string);
        struct gcstable *table = record_new(TABLE_GCSTABLE, key);
        record_set(&table->ns, ns);
        record_set(&table->table, length->string);
        table->fields = known_u64((uint64_t)length->valuedouble);
        tape_add(t, change_put("redis", WORLD_REDIS, &table->record));
        free(key);
    }
}

/* One of the connections is the recorder's. */
static void tape_redis(struct replay_tape *t, const cJSON *line)
{
    const char *ns = json_str(line, "ns"), *beat = json_str(line, "heartbeat");
    struct known_u64 clients = json_u64(line, "clients");
    if (json_str(line, "error")) {
        tape_add(t, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_TIMEOUT, "no answer", NULL));
        return;
    }
    if (!ns || strncmp(ns, "RAY", 3) != 0) return; /* no GCS keeps its state there */
    tape_add(t, change_source("redis", WORLD_REDIS, SOURCE_LIVE, ERR_OK, NULL, NULL));
    struct redis *r = record_new(TABLE_REDIS, "redis");
    if (clients.known && clients.value) r->ray_connections = known_u64(clients.value - 1);
    if (beat) r->heartbeat = gcs_heartbeat((struct gcs_span){beat, strlen(beat)});
    tape_add(t, change_put("redis", WORLD_REDIS, &r->record));
    if (!(t->parts & REPLAY_NO_TABLES)) tape_gcs_tables(t, ns + 3, json_get(line, "hlen"));
}

/* ---- requests --------------------------------------------------------------------------------------------------- */

/* The prober's word for Python's. */
static const char *failure_of(const cJSON *line)
{
    const char *error = json_str(line, "error");
    struct known_u64 status = json_u64(line, "status");
    if (!error) return !status.known || status.value == 200 ? NULL : status.value >= 500 ? "5xx" : "4xx";
    if (text_has(error, "refused")) return "refused";
    if (text_has(error, "timed out")) return "timeout";
    if (text_has(error, "gaierror")) return "unreachable";
    return "reset";
}

static void tape_request(struct replay_tape *t, const cJSON *line, const char *kind)
{
    const char *failure = failure_of(line), *source = text_eq(kind, "way") ? "probe/way" : kind;
    char *key = mem_printf("%zu", t->count);
    struct request *q = record_new(TABLE_REQUEST, key), *ended;
    record_set(&q->kind, kind);
    record_set(&q->path, "direct");
    record_set(&q->pod, json_str(line, "pod"));
    record_set(&q->phase, "waiting");
    q->due = q->sent = known_u64(t->wall_ms);
    ended = record_copy(&q->record);
    tape_add(t, change_put(source, WORLD_SERVE, &q->record));
    record_set(&ended->phase, failure ? "failed" : "ok");
    record_set(&ended->failure, failure);
    ended->status = json_u64(line, "status");
    ended->latency_us = known_u64(ms_of(json_f64(line, "ms").value));
    t->wall_ms += (ended->latency_us.value + 500) / 1000;
    ended->done = known_u64(t->wall_ms);
    tape_add(t, change_put(source, WORLD_SERVE, &ended->record));
    free(key);
}

static void tape_user(struct replay_tape *t, const cJSON *line, const char *kind)
{
    const bool model = !text_eq(kind, "svc"), probe = !model || (text_eq(kind, "whoami") && (t->parts & REPLAY_WHOAMI));
    bool ok = !failure_of(line) && json_f64(line, "ms").value <= REPLAY_PATIENCE_MS;
    t->user = mem_grow(t->user, t->users + 1, sizeof *t->user);
    t->user[t->users++] = (struct user_request){t->wall_ms, ok, model};
    if (!probe && (t->parts & REPLAY_PROMPTS)) tape_request(t, line, "prompt");
    if (!probe || t->wall_ms < t->way_due_ms || (t->parts & REPLAY_KUBERNETES)) return;
    t->way_due_ms = t->wall_ms / 1000 * 1000 + 1000;
    tape_request(t, line, "way");
}

static void tape_probe_line(void *arg, const char *text, size_t len)
{
    struct replay_tape *t = arg;
    cJSON *line = NULL;
    assert_int_equal(json_parse(text, len, &line, NULL), ERR_OK);
    const char *kind = json_str(line, "kind");
    t->wall_ms = ms_of(json_f64(line, "t").value);
    const bool alone = t->parts & REPLAY_KUBERNETES;
    if (text_eq(kind, "redis")) {
        if (!alone) tape_redis(t, line);
    } else if (text_eq(kind, "probe")) {
        if (!alone) tape_request(t, line, "probe");
    } else {
        tape_user(t, line, kind);
    }
    cJSON_Delete(line);
}

/* ---- the Serve API ----------------------------------------------------------------------------------------------- */

static struct serveapp *tape_serve_body(struct replay_tape *t, const cJSON *line)
{
    struct serveapp *app;
    struct why why = {0};
    size_t left_out;
    if (json_get(line, "body")) {
        free(t->serve_body);
        t->serve_body = cJSON_PrintUnformatted(json_get(line, "body"));
    }
    if (serve_status_parse(t->service_uid, t->serve_body, strlen(t->serve_body), &app, &left_out, &why) != ERR_OK)
        fail_msg("%s: %s", t->folder, why.text);
    return app;
}

/* As serve_status.h: the faster pace while it does not answer or a deployment is not HEALTHY. */
static void tape_serve_line(void *arg, const char *text, size_t len)
{
    struct replay_tape *t = arg;
    cJSON *line = NULL;
    assert_int_equal(json_parse(text, len, &line, NULL), ERR_OK);
    uint64_t sent_ms = ms_of(json_f64(line, "t").value), every_ms = SERVE_STATUS_FAST_MS;
    bool answered = json_u64(line, "status").value == 200, due = sent_ms >= t->serve_due_ms;
    t->wall_ms = sent_ms + (uint64_t)llround(json_f64(line, "ms").value);
    if (answered) {
        struct serveapp *app = tape_serve_body(t, line);
        if (serve_status_settled(app)) every_ms = SERVE_STATUS_MS;
        if (due) {
            tape_add(t, change_source(SERVE_SOURCE, WORLD_SERVE, SOURCE_LIVE, ERR_OK, NULL, NULL));
            tape_add(t, change_put(SERVE_SOURCE, WORLD_SERVE, &app->record));
        } else {
            record_free(&app->record);
        }
    } else if (due) {
        const char *error = json_str(line, "error");
        tape_add(t, change_source(SERVE_SOURCE, WORLD_SERVE, SOURCE_DOWN, ERR_REFUSED, error, NULL));
    }
    if (due) t->serve_due_ms = sent_ms + every_ms - 200; /* the recorder's own samples are not that even */
    cJSON_Delete(line);
}

/* ---- playing it -------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *source;
    enum table table;
} kinds[] = {
    {"rayservices", "kube/rayservices", TABLE_RAYSERVICE},
    {"rayclusters", "kube/rayclusters", TABLE_RAYCLUSTER},
    {"pods", "kube/pods", TABLE_POD},
    {"endpointslices", "kube/endpointslices", TABLE_SLICE},
    {"nodes", "kube/nodes", TABLE_KNODE},
    {"events", "kube/events", TABLE_EVENT},
};

static bool tape_has(const struct replay_tape *t, const char *name, const char *end)
{
    char *path = path_of(t, name, end);
    const bool has = access(path, R_OK) == 0;
    free(path);
    return has;
}

/* The server answers somebody each second: every watch of it is a live one. */
static void tape_alive(struct replay_tape *t, uint64_t begin_ms, uint64_t end_ms)
{
    for (t->wall_ms = begin_ms + 1000; t->wall_ms <= end_ms; t->wall_ms += 1000)
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
            if (tape_has(t, kinds[i].name, ".list.json"))
                tape_add(t, change_new(CHANGE_ALIVE, kinds[i].source, WORLD_KUBE));
}

static void tape_serve(struct replay_tape *t)
{
    char *path = path_of(t, "serveapi", ".jsonl");
    if (!(t->parts & REPLAY_KUBERNETES) && tape_has(t, "serveapi", ".jsonl")) /* not every recorder asked it */
        assert_true(fixture_lines(path, tape_serve_line, t) > 50);
    free(path);
}

void replay_open(struct replay *p, const char *folder, unsigned parts)
{
    struct replay_tape *t = mem_zero(1, sizeof *t);
    *p = (struct replay){.world = world_new(), .recoveries = recoveries_new(), .timeline = timeline_new(), .tape = t};
    t->folder = folder;
    t->parts = parts;
    char *path = path_of(t, "probes", ".jsonl");
    assert_true(fixture_lines(path, tape_probe_line, t) > 80);
    free(path);
    p->begin_ms = t->user[0].sent_ms / 1000 * 1000;
    p->end_ms = t->user[t->users - 1].sent_ms / 1000 * 1000;
    t->wall_ms = p->begin_ms;
    if (!(parts & REPLAY_KUBERNETES)) {
        tape_add(t, change_source("probe", WORLD_SERVE, SOURCE_LIVE, ERR_OK, NULL, NULL));
        tape_add(t, change_source("probe/way", WORLD_SERVE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    }
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (tape_has(t, kinds[i].name, ".list.json")) /* not every recorder watched nodes */
            tape_kind(t, p->begin_ms, kinds[i].name, kinds[i].source, kinds[i].table);
    tape_serve(t);
    tape_alive(t, p->begin_ms, p->end_ms);
    p->now_ms = p->begin_ms;
}

void replay_add(struct replay *p, uint64_t wall_ms, struct change *c)
{
    assert_false(p->tape->sorted);
    p->tape->wall_ms = wall_ms;
    tape_add(p->tape, c);
}

void replay_close(struct replay *p)
{
    struct replay_tape *t = p->tape;
    for (size_t i = 0; i < t->count; i++) change_free(t->arrival[i].change);
    free(t->arrival);
    free(t->user);
    free(t->service_uid);
    free(t->serve_body);
    free(t);
    timeline_free(p->timeline);
    recoveries_free(p->recoveries);
    world_free(p->world);
}

static void replay_tick(struct replay *p, uint64_t wall_ms)
{
    p->now_ms = wall_ms;
    (void)world_expire(p->world, wall_ms);
    p->focus = focus_of(p->world, NULL, NULL);
    (void)recoveries_tick(p->recoveries, p->world, &p->focus, wall_ms, wall_ms);
    timeline_tick(p->timeline, p->world, &p->focus, wall_ms, wall_ms);
}

void replay_until(struct replay *p, uint64_t wall_ms)
{
    struct replay_tape *t = p->tape;
    if (!t->sorted) qsort(t->arrival, t->count, sizeof *t->arrival, by_arrival);
    t->sorted = true;
    for (; t->next < t->count && t->arrival[t->next].change->wall_ms <= wall_ms; t->next++) {
        const struct change *c = t->arrival[t->next].change;
        while (p->now_ms + 1000 <= c->wall_ms) replay_tick(p, p->now_ms + 1000);
        world_apply(p->world, c);
        p->focus = focus_of(p->world, NULL, NULL);
        recoveries_observe(p->recoveries, p->world, &p->focus, c, true);
        timeline_observe(p->timeline, p->world, &p->focus, c);
        if (p->applied) p->applied(p->applied_arg, p, c);
    }
    while (p->now_ms + 1000 <= wall_ms) replay_tick(p, p->now_ms + 1000);
    p->now_ms = wall_ms;
    outage_of(replay_recovery(p), p->world, &p->focus, p->now_ms, p->now_ms, &p->outage);
}

const struct recovery *replay_recovery(const struct replay *p)
{
    return recoveries_of(p->recoveries, &p->focus);
}

struct view replay_view(const struct replay *p)
{
    return (struct view){.world = p->world,
                         .outage = &p->outage,
                         .previous = outage_previous(replay_recovery(p)),
                         .past = outage_past(replay_recovery(p)),
                         .focus = &p->focus,
                         .timeline = p->timeline,
                         .now_ms = p->now_ms,
                         .wall_ms = p->now_ms};
}

void replay_answers(const struct replay *p, struct answer out[ANSWERS])
{
    answers_of(p->world, &p->focus, &p->outage, outage_previous(replay_recovery(p)), p->now_ms, p->now_ms, out);
}

struct replay_users replay_users_of(const struct replay *p, uint64_t wall_ms)
{
    struct replay_users sum = {0};
    for (size_t i = 0; i < p->tape->users; i++) {
        const struct user_request *u = &p->tape->user[i];
        if (u->sent_ms >= wall_ms || u->sent_ms + 1000 < wall_ms) continue;
        if (u->model) {
            sum.served += u->ok;
            sum.failed += !u->ok;
        } else {
            sum.proxies_ok += u->ok;
            sum.proxies_failed += !u->ok;
        }
    }
    return sum;
}
