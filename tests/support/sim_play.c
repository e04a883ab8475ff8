/* sim_play.c - see sim_play.h. */
#include "tests/support/sim_play.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_parse.h"
#include "backends/link/clock.h"
#include "backends/serve/serve_status.h"
#include "backends/serve/serve_status_parse.h"
#include "backends/sim/sim_worlds.h"
#include "tests/support/gcs_store.h"
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    STEP_MS = 200,
    SECOND_MS = 1000,
    TIMEOUT_MS = 5000, /* as PROBER_TIMEOUT_MS */
    PROMPT_TIMEOUT_MS = 30000,
    LATENCY_MS = 8,
    IN_FLIGHT = 512,
    REDIS_PORT = 6390 /* nobody listens there: the store stands for it */
};
#define BEGIN_MS UINT64_C(1795440000000)

static const struct {
    const char *source;
    enum sim_kind kind;
    enum table table;
} kinds[] = {
    {"kube/rayservices", SIM_RAYSERVICE, TABLE_RAYSERVICE},
    {"kube/rayclusters", SIM_RAYCLUSTER, TABLE_RAYCLUSTER},
    {"kube/pods", SIM_POD, TABLE_POD},
    {"kube/endpointslices", SIM_SLICE, TABLE_SLICE},
    {"kube/nodes", SIM_NODE, TABLE_KNODE},
    {"kube/events", SIM_EVENT, TABLE_EVENT},
};

/* A request in flight. */
struct flight {
    struct request *record; /* owned */
    const char *source;
    char *pod; /* whose proxy it reaches; NULL: the service has no endpoint */
    bool prompt;
    uint64_t timeout_ms;
};

struct sim_play_parts {
    struct loop *loop;
    struct clock *clock;
    struct objects *objects;
    struct sched *sched;
    struct templates *templates;
    struct kuberay *kuberay;
    struct sim_worlds *worlds;
    struct gcs_store *store;
    char *folder;
    bool prompts, faults[FAULT_COUNT];
    enum sim_play_api api;
    struct flight flight[IN_FLIGHT];
    size_t flights;
    size_t requests, turn; /* ever sent; whose turn it is among the endpoints */
    uint64_t serve_due_ms;
};

/* ---- into the world ---------------------------------------------------------------------------------------------- */

static void play_apply(void *owner, struct change *c)
{
    struct sim_play *p = owner;
    c->at_ms = c->wall_ms = clock_now_ms(p->parts->clock);
    world_apply(p->world, c);
    p->focus = focus_of(p->world, NULL, NULL);
    recoveries_observe(p->recoveries, p->world, &p->focus, c, true);
    change_free(c);
}

static void play_source(struct sim_play *p, const char *source, enum world_kind world, enum source_state state,
                        enum err err, const char *why)
{
    play_apply(p, change_source(source, world, state, err, why, NULL));
}

static void play_table(struct sim_play *p, enum change_type type, size_t kind)
{
    struct change *c = change_new(type, kinds[kind].source, WORLD_KUBE);
    c->table = kinds[kind].table;
    play_apply(p, c);
}

static void kind_list(struct sim_play *p, size_t kind)
{
    size_t count;
    cJSON *const *all = objects_all(p->parts->objects, kinds[kind].kind, &count);
    play_source(p, kinds[kind].source, WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL);
    play_table(p, CHANGE_RELIST, kind);
    for (size_t i = 0; i < count; i++) {
        struct record *r = NULL;
        struct why why = {0};
        if (kube_parse_object(kinds[kind].table, all[i], &r, &why) != ERR_OK) fail_msg("%s", why.text);
        play_apply(p, change_put(kinds[kind].source, WORLD_KUBE, r));
    }
    play_table(p, CHANGE_RELISTED, kind);
}

void sim_play_relist(struct sim_play *p)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) kind_list(p, i);
}

/* A line of a watch, as api_watch.c words it. */
static void on_object(void *arg, const struct object_event *e)
{
    struct sim_play *p = arg;
    const struct sink sink = {play_apply, p};
    struct why why = {0};
    size_t kind = 0;
    while (kind < ARRAY_LEN(kinds) && kinds[kind].kind != e->kind) kind++;
    if (kind == ARRAY_LEN(kinds) || p->parts->api != SIM_PLAY_API_ANSWERS) return;
    char *object = cJSON_PrintUnformatted(e->object);
    char *line = mem_printf("{\"type\":\"%s\",\"object\":%s}", e->type, object);
    if (kube_line_changes(kinds[kind].source, kinds[kind].table, line, strlen(line), &sink, &why) != ERR_OK)
        fail_msg("%s", why.text);
    free(line);
    free(object);
}

static void kube_tick(struct sim_play *p)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (p->parts->api == SIM_PLAY_API_ANSWERS)
            play_apply(p, change_new(CHANGE_ALIVE, kinds[i].source, WORLD_KUBE));
        else if (p->parts->api == SIM_PLAY_API_CUTS)
            play_source(p, kinds[i].source, WORLD_KUBE, SOURCE_DOWN, ERR_RESET, "connection reset by peer");
    }
}

/* ---- Redis ------------------------------------------------------------------------------------------------------- */

static void on_gcs_row(void *arg, const char *table, const char *field, size_t field_len, const char *value,
                       size_t value_len)
{
    struct sim_play *p = arg;
    if (!sim_worlds_redis_is_gone(p->parts->worlds))
        gcs_store_row(p->parts->store, table, field, field_len, value, value_len);
}

static void redis_tick(struct sim_play *p)
{
    struct sim_play_parts *s = p->parts;
    if (!kuberay_ft(s->kuberay)) return;
    if (sim_worlds_redis_is_gone(s->worlds)) {
        gcs_store_flush(s->store);
        play_source(p, "redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "connection refused");
        return;
    }
    play_source(p, "redis", WORLD_REDIS, SOURCE_LIVE, ERR_OK, NULL);
    struct redis *r = record_new(TABLE_REDIS, "redis");
    record_set(&r->address, "redis://127.0.0.1:6390");
    record_set(&r->role, "master");
    r->replicas = known_u64(0);
    r->ray_connections = known_u64(sim_worlds_gcs_connections(s->worlds));
    r->heartbeat = gcs_store_heartbeat(s->store);
    play_apply(p, change_put("redis", WORLD_REDIS, &r->record));
    gcs_store_read(s->store, kuberay_storage_ns(s->kuberay), p->now_ms);
}

/* ---- requests ---------------------------------------------------------------------------------------------------- */

/* What becomes of a request now: nothing yet, or a failure (NULL: an answer). status 0: nobody's. */
struct answered {
    bool waits, unseen;
    const char *failure;
    unsigned status;
};

static struct answered pod_answers(const struct sim_pod *pod)
{
    if (!pod || pod->serving == SERVING_NOT) return (struct answered){.failure = "refused", .status = 503};
    if (pod->serving == SERVING_HANGS) return (struct answered){.waits = true};
    if (pod->serving == SERVING_503) return (struct answered){.failure = "5xx", .status = 503};
    return (struct answered){.status = 200};
}

/* A prompt goes from the proxy to a replica, on a worker that serves. */
static struct answered prompt_answers(const struct sim_play *p, const struct sim_pod *proxy)
{
    const struct sim_pod *pod;
    struct answered a = pod_answers(proxy);
    bool replica = false;
    for (size_t i = 0; (pod = kuberay_pod_at(p->parts->kuberay, i)); i++)
        replica = replica || (!pod->head && pod->serving == SERVING_OK);
    if (a.failure || a.waits) return a;
    if (!replica) return (struct answered){.failure = "5xx", .status = 503};
    if (p->parts->faults[FAULT_SERVE_500]) return (struct answered){.failure = "5xx", .status = 500};
    const bool hangs = p->parts->faults[FAULT_PROMPTS_HANG] && !kuberay_serve_running(p->parts->kuberay);
    if (hangs || p->parts->faults[FAULT_SERVE_HANG]) return (struct answered){.waits = true};
    return a;
}

static struct answered flight_answered(const struct sim_play *p, const struct flight *f)
{
    if (p->parts->api == SIM_PLAY_API_STOPPED) return (struct answered){.waits = true};
    if (p->parts->api == SIM_PLAY_API_CUTS) return (struct answered){.failure = "reset", .unseen = true};
    if (!f->pod) return (struct answered){.failure = "unreachable", .status = 503}; /* "no endpoints available" */
    const struct sim_pod *pod = kuberay_pod(p->parts->kuberay, f->pod);
    return f->prompt ? prompt_answers(p, pod) : pod_answers(pod);
}

static const struct sim_pod *endpoint_at(const struct sim_play *p, size_t turn)
{
    const struct sim_pod *found[KUBERAY_PODS], *pod;
    size_t count = 0;
    if (p->parts->faults[FAULT_HEAD_TRAFFIC]) return kuberay_head(p->parts->kuberay);
    for (size_t i = 0; (pod = kuberay_pod_at(p->parts->kuberay, i)); i++)
        if (!pod->head && pod->stage == POD_READY && !pod->deleting) found[count++] = pod;
    return count ? found[turn % count] : NULL;
}

static void request_send(struct sim_play *p, const char *kind, const char *pod, const char *proxy)
{
    struct sim_play_parts *s = p->parts;
    const bool prompt = text_eq(kind, "prompt");
    char *key = mem_printf("%s-%zu", kind, ++s->requests);
    struct request *q = record_new(TABLE_REQUEST, key);
    free(key);
    record_set(&q->kind, kind);
    record_set(&q->path, "API server proxy");
    record_set(&q->pod, pod);
    record_set(&q->phase, "waiting");
    q->proxied = TRI_YES;
    q->due = q->sent = known_u64(clock_now_ms(s->clock));
    assert_true(s->flights < IN_FLIGHT);
    struct flight *f = &s->flight[s->flights++];
    *f = (struct flight){.record = q,
                         .source = text_eq(kind, "way") ? "probe/way" : kind,
                         .pod = mem_str(proxy),
                         .prompt = prompt,
                         .timeout_ms = prompt ? PROMPT_TIMEOUT_MS : TIMEOUT_MS};
    play_apply(p, change_put(f->source, WORLD_SERVE, record_copy(&q->record)));
}

static void flight_end(struct sim_play *p, struct flight *f, const struct answered *a, uint64_t after_ms)
{
    struct request *q = f->record;
    const char *done = after_ms > SECOND_MS ? "slow" : "ok";
    record_set(&q->phase, a->unseen ? "cancelled" : a->failure ? "failed" : done);
    record_set(&q->failure, a->failure);
    if (a->status) q->status = known_u64(a->status);
    q->latency_us = known_u64(after_ms * 1000);
    q->done = known_u64(q->sent.value + after_ms);
    play_apply(p, change_put(f->source, WORLD_SERVE, &q->record));
    free(f->pod);
}

/* An answer takes some milliseconds; one that was held up comes as soon as it can. */
static void requests_end(struct sim_play *p)
{
    struct sim_play_parts *s = p->parts;
    size_t left = 0;
    for (size_t i = 0; i < s->flights; i++) {
        struct flight *f = &s->flight[i];
        struct answered a = flight_answered(p, f);
        uint64_t after_ms = clock_now_ms(s->clock) - f->record->sent.value;
        if (a.waits && after_ms < f->timeout_ms) {
            s->flight[left++] = *f;
            continue;
        }
        if (a.waits) a = (struct answered){.failure = "timeout"};
        flight_end(p, f, &a, after_ms <= STEP_MS ? LATENCY_MS : after_ms);
    }
    s->flights = left;
}

static void probes_send(struct sim_play *p)
{
    char *name[KUBERAY_PODS];
    size_t count = 0;
    for (struct focus_pods at = focus_pods_of(p->world, &p->focus); at.row; focus_pods_next(&at))
        if (focus_probes(&p->focus, at.row) && count < ARRAY_LEN(name)) name[count++] = mem_str(ROW(at.row, pod)->name);
    for (size_t i = 0; i < count; i++) {
        request_send(p, "probe", name[i], name[i]);
        free(name[i]);
    }
}

static void way_send(struct sim_play *p)
{
    const struct sim_pod *endpoint = endpoint_at(p, ++p->parts->turn);
    request_send(p, "way", NULL, endpoint ? endpoint->name : NULL);
    if (p->parts->prompts) request_send(p, "prompt", NULL, endpoint ? endpoint->name : NULL);
}

/* The sources of probes are down with what carries them. */
static void probes_tick(struct sim_play *p)
{
    static const char *const sources[] = {"probe", "probe/way"};
    const bool cut = p->parts->api == SIM_PLAY_API_CUTS;
    for (size_t i = 0; i < ARRAY_LEN(sources); i++)
        play_source(p, sources[i], WORLD_SERVE, cut ? SOURCE_DOWN : SOURCE_LIVE, cut ? ERR_RESET : ERR_OK,
                    cut ? "connection reset by peer" : NULL);
    way_send(p);
}

static void serve_put(struct sim_play *p, const char *body)
{
    struct serveapp *app = NULL;
    struct why why = {0};
    size_t left_out;
    if (serve_status_parse(p->focus.rayservice->record.key, body, strlen(body), &app, &left_out, &why) != ERR_OK)
        fail_msg("%s", why.text);
    if (serve_status_settled(app)) p->parts->serve_due_ms += SERVE_STATUS_MS - SERVE_STATUS_FAST_MS;
    play_source(p, SERVE_SOURCE, WORLD_SERVE, SOURCE_LIVE, ERR_OK, NULL);
    play_apply(p, change_put(SERVE_SOURCE, WORLD_SERVE, &app->record));
}

static void serve_tick(struct sim_play *p)
{
    struct sim_play_parts *s = p->parts;
    const struct sim_pod *head = kuberay_head(s->kuberay);
    if (p->now_ms < s->serve_due_ms || !p->focus.rayservice) return;
    s->serve_due_ms = p->now_ms + SERVE_STATUS_FAST_MS;
    if (s->api != SIM_PLAY_API_ANSWERS) {
        play_source(p, SERVE_SOURCE, WORLD_SERVE, SOURCE_DOWN, ERR_TIMEOUT, "API server: timeout");
    } else if (!head || !head->dashboard) {
        play_source(p, SERVE_SOURCE, WORLD_SERVE, SOURCE_DOWN, ERR_REFUSED, "connection refused");
    } else {
        char *body =
            kuberay_serve_running(s->kuberay) ? sim_worlds_applications(s->worlds) : mem_str("{\"applications\": {}}");
        serve_put(p, body);
        free(body);
    }
}

/* ---- what happens ------------------------------------------------------------------------------------------------ */

void sim_play_kill_head(struct sim_play *p, int64_t grace_s)
{
    const struct sim_pod *head = kuberay_head(p->parts->kuberay);
    assert_non_null(head);
    struct change *c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
    c->key = mem_str(head->uid);
    c->number = grace_s < 0 ? UINT64_MAX : (uint64_t)grace_s;
    kuberay_delete_pod(p->parts->kuberay, head->name, grace_s);
    play_apply(p, c);
}

void sim_play_delete_head(struct sim_play *p, int64_t grace_s)
{
    const struct sim_pod *head = kuberay_head(p->parts->kuberay);
    assert_non_null(head);
    kuberay_delete_pod(p->parts->kuberay, head->name, grace_s);
}

void sim_play_kill_worker(struct sim_play *p)
{
    const struct sim_pod *pod;
    for (size_t i = 0; (pod = kuberay_pod_at(p->parts->kuberay, i)); i++) {
        if (pod->head) continue;
        kuberay_delete_pod(p->parts->kuberay, pod->name, 0);
        return;
    }
}

void sim_play_fault(struct sim_play *p, enum fault f, bool on)
{
    p->parts->faults[f] = on;
    kuberay_fault_changed(p->parts->kuberay, f);
}

void sim_play_redis_gone(struct sim_play *p, bool gone)
{
    struct why why = {0};
    assert_int_equal(sim_worlds_set_redis_gone(p->parts->worlds, gone, &why), ERR_OK);
}

void sim_play_api(struct sim_play *p, enum sim_play_api how)
{
    p->parts->api = how;
    if (how == SIM_PLAY_API_ANSWERS) sim_play_relist(p);
}

void sim_play_prompts(struct sim_play *p)
{
    p->parts->prompts = true;
}

/* ---- it runs ----------------------------------------------------------------------------------------------------- */

static void on_notification(void *arg, enum kuberay_notification what, const struct sim_pod *pod)
{
    struct sim_play *p = arg;
    sim_worlds_notify(p->parts->worlds, what, pod);
}

static void cluster_open(struct sim_play *p, bool ft)
{
    struct sim_play_parts *s = p->parts;
    struct why why = {0};
    const struct kuberay_conf conf = {.faults = s->faults,
                                      .seed = 7,
                                      .ft = ft,
                                      .redis_port = REDIS_PORT,
                                      .redis_user = "ray",
                                      .redis_password = "none",
                                      .now_ms = BEGIN_MS,
                                      .notify = on_notification,
                                      .arg = p};
    s->kuberay = kuberay_new(s->loop, s->objects, s->sched, s->templates, &conf);
    const struct sim_worlds_conf worlds = {.faults = s->faults,
                                           .dir = s->folder,
                                           .seed = 7,
                                           .sched = s->sched,
                                           .no_redis = true,
                                           .row = on_gcs_row,
                                           .row_arg = p};
    assert_int_equal(sim_worlds_new(s->loop, &worlds, &s->worlds, &why), ERR_OK);
    assert_int_equal(sim_worlds_boot(s->worlds, s->kuberay, s->folder, BEGIN_MS, &why), ERR_OK);
}

void sim_play_open(struct sim_play *p, bool ft)
{
    struct sim_play_parts *s = mem_zero(1, sizeof *s);
    *p = (struct sim_play){.world = world_new(), .recoveries = recoveries_new(), .now_ms = BEGIN_MS, .parts = s};
    s->loop = loop_new();
    s->clock = loop_clock(s->loop);
    clock_set(s->clock, BEGIN_MS, BEGIN_MS);
    s->objects = objects_new();
    s->templates = templates_new();
    s->sched = sched_new(s->loop, 1);
    s->store = gcs_store_new(play_apply, p);
    s->folder = run_folder();
    cluster_open(p, ft);
    sim_play_relist(p);
    objects_listen(s->objects, on_object, p);
    sim_play_pass(p, SECOND_MS);
}

void sim_play_close(struct sim_play *p)
{
    struct sim_play_parts *s = p->parts;
    for (size_t i = 0; i < s->flights; i++) {
        record_free(&s->flight[i].record->record);
        free(s->flight[i].pod);
    }
    sim_worlds_free(s->worlds);
    sched_free(s->sched);
    kuberay_free(s->kuberay);
    objects_free(s->objects);
    templates_free(s->templates);
    gcs_store_free(s->store);
    loop_free(s->loop);
    run_remove(s->folder);
    free(s);
    recoveries_free(p->recoveries);
    world_free(p->world);
}

static void second_end(struct sim_play *p)
{
    kube_tick(p);
    redis_tick(p);
    probes_tick(p);
    serve_tick(p);
    (void)world_expire(p->world, p->now_ms);
    p->focus = focus_of(p->world, NULL, NULL);
    (void)recoveries_tick(p->recoveries, p->world, &p->focus, p->now_ms, p->now_ms);
}

void sim_play_pass(struct sim_play *p, uint64_t ms)
{
    for (const uint64_t until = p->now_ms + ms; p->now_ms < until;) {
        p->now_ms += STEP_MS;
        clock_set(p->parts->clock, p->now_ms, p->now_ms);
        requests_end(p);
        probes_send(p);
        if (p->now_ms % SECOND_MS == 0) second_end(p);
    }
}

struct view sim_play_view(struct sim_play *p)
{
    const struct recovery *r = recoveries_of(p->recoveries, &p->focus);
    outage_of(r, p->world, &p->focus, p->now_ms, p->now_ms, &p->outage);
    return (struct view){.world = p->world,
                         .outage = &p->outage,
                         .previous = outage_previous(r),
                         .focus = &p->focus,
                         .now_ms = p->now_ms,
                         .wall_ms = p->now_ms};
}

struct replay_users sim_play_users(const struct sim_play *p)
{
    struct replay_users u = {0};
    for (size_t i = 0; i < KUBERAY_WORKERS; i++) {
        const struct sim_pod *endpoint = endpoint_at(p, i);
        const struct answered way = pod_answers(endpoint), prompt = prompt_answers(p, endpoint);
        const bool reached = endpoint && !way.failure && !way.waits,
                   served = reached && !prompt.failure && !prompt.waits;
        u.proxies_ok += reached;
        u.proxies_failed += !reached;
        u.served += served;
        u.failed += !served;
        u.hanging = u.hanging || (endpoint && (way.waits || prompt.waits));
    }
    return u;
}

const struct kuberay *sim_play_kuberay(const struct sim_play *p)
{
    return p->parts->kuberay;
}
