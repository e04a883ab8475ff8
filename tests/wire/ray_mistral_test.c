/*
 * ray_mistral_test.c - Both head kills that were recorded on a real cluster, replayed through the world: the ladder
 * must have the times that are in the recording. They were read off it by eye:
 *
 *   seen                                     in                          kill 1 (default grace)  kill 2 (grace 0)
 *   delete asked for                         marks.txt                   528.077                 623.272
 *   deletionTimestamp                        pods.watch.times rv 695/790 528.139                 623.348
 *   connections 5 -> 1; 5 -> 3, beat missed  probes.jsonl, redis         558.272                 626.282, last 625.282
 *   new pod has a node                       pods rv 731/800             558.781                 623.415
 *   its container runs                       pods rv 740/811             559.467                 624.621
 *   connections 5 again                      probes.jsonl, redis         563.273                 627.282
 *   NODE has one field more                  probes.jsonl, redis         567.273                 631.822
 *   the pod is Ready                         pods rv 752/823             570.469                 636.640
 *
 * Nobody asked the Serve API, so that rung is never reached. Seconds are after 1795440000.
 */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/kube/kube_parse.h"
#include "backends/redis/gcs_parse.h"
#include "backends/world/answers.h"
#include "tests/support/fixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KUBE "tests/fixtures/kube/mistral/"
#define HERE "tests/fixtures/ray-mistral/"
#define GCS_NS "29708251-8738-4230-9aee-0dc7ec94f91b"
#define WALL(seconds) ((uint64_t)((1795440000 + (seconds)) * 1000.0 + 0.5))

static const char first_head[] = "3b87863e-cd71-492d-ba09-42d9d0658d0c";
static const char second_head[] = "cd7c182c-4a45-4645-b544-81e294a8c00e";
static const char third_head[] = "4ffb770d-844b-4fc0-bb49-728930241b33";
static const char first_node[] = "e900f747220ef992d9835f564a1f41d3fa5d922069c4ddf54f228fce";
static const char second_node[] = "f14b54eaeef0ee7d8e80b8bbab2919df126dbba4a69852ed44b7cbbb";
static const char third_node[] = "f63b0e28fc046b414d34aed92022700d7b9f7e1c2dec636678096759";

/* ---- the recording as changes, in the order of their arrival --------------------------------------------------- */

struct arrival {
    struct change *change;
    size_t order;
};
struct tape {
    struct arrival *arrival;
    size_t count;
    uint64_t wall_ms; /* of what is being read */
    const char *source;
    enum table table;
    char *times, *times_at;
    uint64_t nodes;      /* NODE's fields at the last look */
    struct world *after; /* the GCS as it was in the end */
};

static void tape_add(void *owner, struct change *c)
{
    struct tape *t = owner;
    c->wall_ms = t->wall_ms;
    c->at_ms = t->wall_ms - WALL(0);
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

static void tape_about(struct tape *t, enum change_type type, const char *source, enum world_kind world,
                       enum table table)
{
    struct change *c = change_new(type, source, world);
    c->table = table;
    tape_add(t, c);
}

static void tape_list(struct tape *t, const char *name, const char *source, enum table table)
{
    char path[128];
    size_t len;
    struct kube_page page;
    struct why why = {0};
    snprintf(path, sizeof path, KUBE "%s.list.json", name);
    char *bytes = fixture_read(path, &len);
    if (kube_parse_page(table, bytes, len, &page, &why) != ERR_OK) fail_msg("%s: %s", path, why.text);
    tape_about(t, CHANGE_RELIST, source, WORLD_KUBE, table);
    for (size_t i = 0; i < page.count; i++) {
        tape_add(t, change_put(source, WORLD_KUBE, page.items[i]));
        page.items[i] = NULL;
    }
    tape_about(t, CHANGE_RELISTED, source, WORLD_KUBE, table);
    kube_page_done(&page);
    free(bytes);
}

static uint64_t wall_of(const char *text)
{
    return (uint64_t)llround(strtod(text, NULL) * 1000);
}

static void tape_watch_line(void *arg, const char *line, size_t len)
{
    struct tape *t = arg;
    struct sink sink = {tape_add, t};
    struct why why = {0};
    t->wall_ms = wall_of(t->times_at);
    t->times_at = strchr(t->times_at, '\n') + 1;
    if (kube_line_changes(t->source, t->table, line, len, &sink, &why) != ERR_OK) fail_msg("%s", why.text);
}

static void tape_kind(struct tape *t, const char *name, const char *source, enum table table)
{
    char path[128];
    t->wall_ms = WALL(516);
    tape_list(t, name, source, table);
    snprintf(path, sizeof path, HERE "%s.watch.times", name);
    t->times = t->times_at = fixture_read(path, NULL);
    t->source = source;
    t->table = table;
    snprintf(path, sizeof path, KUBE "%s.watch.ndjson", name);
    assert_true(fixture_lines(path, tape_watch_line, t) > 5);
    assert_int_equal(*t->times_at, '\0');
    free(t->times);
}

/* ---- Redis ----------------------------------------------------------------------------------------------------- */

static size_t from_hex(const char *hex, size_t len, char **ret)
{
    char *bytes = mem_alloc(len / 2 + 1);
    for (size_t i = 0; i < len / 2; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (char)strtoul(two, NULL, 16);
    }
    *ret = bytes;
    return len / 2;
}

struct dump {
    struct tape *tape;
    struct gcstable *table;
};

static void dump_end(struct dump *d)
{
    if (!d->table) return;
    d->table->fields = known_u64(d->table->list_count);
    tape_add(d->tape, change_put("redis", WORLD_REDIS, &d->table->record));
    d->table = NULL;
}

static void dump_line(void *arg, const char *line, size_t len)
{
    struct dump *d = arg;
    const char *field = memchr(line, ' ', len), *bytes = strchr(field + 1, ' '), *value = strchr(bytes + 1, ' ');
    char name[64], key[128], *raw_id, *raw;
    snprintf(name, sizeof name, "%.*s", (int)(field - line), line);
    if (!d->table || strcmp(d->table->table, name) != 0) {
        dump_end(d);
        snprintf(key, sizeof key, GCS_NS "/%s", name);
        d->table = record_new(TABLE_GCSTABLE, key);
        record_set(&d->table->ns, GCS_NS);
        record_set(&d->table->table, name);
    }
    enum gcs_table table = gcs_table_of((struct gcs_span){name, strlen(name)});
    struct gcs_span id = {NULL, 0};
    id.len = from_hex(field + 1, (size_t)(bytes - field - 1), &raw_id);
    id.at = raw_id;
    struct field *f = RECORD_APPEND(d->table, list);
    f->name = gcs_field_name(table, id);
    f->bytes = known_u64(strtoull(bytes + 1, NULL, 10));
    if (value) {
        struct gcs_place place = {GCS_NS, GCS_SINCE_PREPARED};
        struct gcs_span span = {NULL, from_hex(value + 1, strlen(value + 1), &raw)};
        struct record *r = NULL;
        struct why why = {0};
        span.at = raw;
        if (gcs_parse(table, &place, id, span, &r, &why) != ERR_OK) fail_msg("%s: %s", name, why.text);
        tape_add(d->tape, change_put("redis", WORLD_REDIS, r));
        free(raw);
    }
    free(raw_id);
}

static void tape_dump(struct tape *t, const char *path)
{
    struct dump d = {.tape = t};
    assert_true(fixture_lines(path, dump_line, &d) > 90);
    dump_end(&d);
}

static struct raynode *node_after(const struct tape *t, const char *id)
{
    char key[128];
    snprintf(key, sizeof key, GCS_NS "/%s", id);
    return record_copy(world_find(t->after, TABLE_RAYNODE, key)->record);
}

/* NODE has one field more: a new head has registered, and the old one was called DEAD in the same breath. What the
 * records say is in the RDB of the end, where the second head is dead as well: it was alive in between. */
static void tape_registration(struct tape *t, const char *old, const char *new)
{
    struct raynode *n = node_after(t, new);
    record_set(&n->state, "ALIVE");
    tape_add(t, change_put("redis", WORLD_REDIS, &n->record));
    n = node_after(t, old);
    assert_string_equal(n->state, "DEAD");
    tape_add(t, change_put("redis", WORLD_REDIS, &n->record));
}

static void tape_redis(struct tape *t, const cJSON *line)
{
    struct redis *r = record_new(TABLE_REDIS, "redis");
    struct known_u64 clients = json_u64(line, "clients"), nodes = json_u64(json_get(line, "hlen"), "NODE");
    const char *beat = json_str(line, "heartbeat");
    assert_true(clients.known && nodes.known && beat);
    r->ray_connections = known_u64(clients.value - 1);
    r->heartbeat = gcs_heartbeat((struct gcs_span){beat, strlen(beat)});
    assert_true(r->heartbeat.known);
    if (nodes.value == 6 && t->nodes == 5) tape_registration(t, first_node, second_node);
    if (nodes.value == 7 && t->nodes == 6) tape_registration(t, second_node, third_node);
    t->nodes = nodes.value;
    tape_add(t, change_put("redis", WORLD_REDIS, &r->record));
}

/* ---- probes and prompts ---------------------------------------------------------------------------------------- */

static void tape_request(struct tape *t, const cJSON *line, const char *kind)
{
    char key[32];
    bool probe = !strncmp(kind, "probe:", 6);
    struct request *q = record_new(TABLE_REQUEST, (snprintf(key, sizeof key, "%zu", t->count), key));
    record_set(&q->kind, probe ? "probe" : "prompt");
    if (probe)
        record_set(&q->pod, strstr(kind, ".4") ? "mistral-ghdk5-inf2-worker-pccmq" : "mistral-ghdk5-inf2-worker-s2kj4");
    record_set(&q->phase, json_u64(line, "status").value == 200 ? "ok" : "failed");
    q->due = q->sent = known_u64(t->wall_ms);
    q->latency_us = known_u64((uint64_t)llround(json_f64(line, "ms").value * 1000));
    t->wall_ms += (q->latency_us.value + 500) / 1000;
    q->done = known_u64(t->wall_ms);
    tape_add(t, change_put(probe ? "probe" : "prompt", WORLD_SERVE, &q->record));
}

static void tape_probe_line(void *arg, const char *line, size_t len)
{
    struct tape *t = arg;
    cJSON *json = NULL;
    assert_int_equal(json_parse(line, len, &json, NULL), ERR_OK);
    const char *kind = json_str(json, "kind");
    t->wall_ms = (uint64_t)llround(json_f64(json, "t").value * 1000);
    if (!strcmp(kind, "redis"))
        tape_redis(t, json);
    else
        tape_request(t, json, kind);
    cJSON_Delete(json);
}

static void tape_deleted(struct tape *t, double seconds, const char *uid, uint64_t grace)
{
    struct change *c = change_new(CHANGE_DELETED, "kube/pods", WORLD_KUBE);
    c->key = mem_str(uid);
    c->number = grace;
    t->wall_ms = WALL(seconds);
    tape_add(t, c);
}

static struct world *world_after(void)
{
    struct tape t = {.wall_ms = WALL(716)};
    struct world *w = world_new();
    tape_dump(&t, HERE "redis-after.txt");
    for (size_t i = 0; i < t.count; i++) {
        world_apply(w, t.arrival[i].change);
        change_free(t.arrival[i].change);
    }
    free(t.arrival);
    return w;
}

static struct tape *tape_new(bool ours)
{
    struct tape *t = mem_zero(1, sizeof *t);
    t->after = world_after();
    t->nodes = 5;
    t->wall_ms = WALL(515);
    tape_dump(t, HERE "redis-before.txt");
    tape_kind(t, "rayservices", "kube/rayservices", TABLE_RAYSERVICE);
    tape_kind(t, "rayclusters", "kube/rayclusters", TABLE_RAYCLUSTER);
    tape_kind(t, "pods", "kube/pods", TABLE_POD);
    tape_kind(t, "endpointslices", "kube/endpointslices", TABLE_SLICE);
    tape_kind(t, "events", "kube/events", TABLE_EVENT);
    assert_int_equal(fixture_lines(HERE "probes.jsonl", tape_probe_line, t), 2600);
    if (ours) {
        tape_deleted(t, 528.077, first_head, UINT64_MAX);
        tape_deleted(t, 623.272, second_head, 0);
    }
    qsort(t->arrival, t->count, sizeof *t->arrival, by_arrival);
    return t;
}

static void tape_free(struct tape *t)
{
    for (size_t i = 0; i < t->count; i++) change_free(t->arrival[i].change);
    world_free(t->after);
    free(t->arrival);
    free(t);
}

/* ---- playing it ------------------------------------------------------------------------------------------------ */

struct play {
    struct tape *tape;
    struct world *w;
    struct recovery r;
    size_t next;
    uint64_t now_ms, ticked_ms;
};

static void play_init(struct play *p, bool ours)
{
    *p = (struct play){.tape = tape_new(ours), .w = world_new()};
    recovery_init(&p->r);
    p->ticked_ms = WALL(515) - WALL(0);
}

static void play_done(struct play *p)
{
    recovery_done(&p->r);
    world_free(p->w);
    tape_free(p->tape);
}

static struct focus play_focus(const struct play *p)
{
    return focus_of(p->w, NULL, NULL);
}

/* Applies all that arrived until then, with a tick each second, as the console does. */
static void play_until(struct play *p, double seconds)
{
    uint64_t until = WALL(seconds) - WALL(0);
    while (p->next < p->tape->count && p->tape->arrival[p->next].change->at_ms <= until) {
        const struct change *c = p->tape->arrival[p->next++].change;
        for (; p->ticked_ms + 1000 <= c->at_ms; p->ticked_ms += 1000) {
            struct focus f = play_focus(p);
            recovery_tick(&p->r, p->w, &f, p->ticked_ms, WALL(0) + p->ticked_ms);
        }
        world_apply(p->w, c);
        struct focus f = play_focus(p);
        recovery_observe(&p->r, p->w, &f, c);
    }
    p->now_ms = until;
}

static void rung_is(const struct play *p, enum rung rung, double seconds)
{
    if (!p->r.rung[rung].reached) fail_msg("%s: not reached", rung_words(rung));
    uint64_t wall = WALL(seconds), got = p->r.rung[rung].wall_ms;
    if (got != wall) fail_msg("%s: at %.3f, not %.3f", rung_words(rung), (double)(got - WALL(0)) / 1000, seconds);
    assert_int_equal(p->r.rung[rung].at_ms, got - WALL(0));
}

static void play_outage(const struct play *p, struct outage *ret)
{
    struct focus f = play_focus(p);
    outage_of(&p->r, p->w, &f, p->now_ms, WALL(0) + p->now_ms, ret);
}

static size_t prompts_answered(const struct play *p)
{
    struct outage o;
    play_outage(p, &o);
    assert_int_equal(outage_failed(&o), 0);
    return outage_answered(&o);
}

static void workers_are_the_same(const struct play *p)
{
    struct outage o;
    play_outage(p, &o);
    assert_int_equal(o.workers, 2);
    assert_int_equal(o.same, 2);
    assert_int_equal(o.replaced, 0);
    assert_int_equal(o.restarts, 0);
}

static void check_before(const struct play *p)
{
    struct focus f = play_focus(p);
    assert_int_equal(p->r.outage, OUTAGE_NONE);
    assert_string_equal(f.service, "mistral");
    assert_string_equal(f.head->record.key, first_head);
    assert_string_equal(f.gcs_ns, GCS_NS);
    assert_string_equal(raynode_of_pod(p->w, &f, f.head)->id, first_node);
    struct head_loss loss = head_loss_of(p->w, &f, p->now_ms);
    assert_string_equal(loss.pod_why, "GCS FT on · Redis ok · GCS reconnect timeout 600 s");
    assert_int_equal(loss.pod, VERDICT_OK);
    assert_int_equal(loss.node, VERDICT_NO); /* the lab had one node that runs pods */
    assert_string_equal(loss.node_why,
                        "the head and all workers are on K8s node realnode · gRPC keepalive set on the worker pods");
}

static void check_first_kill(const struct play *p)
{
    rung_is(p, RUNG_GCS_SILENT, 558.272);
    rung_is(p, RUNG_HEAD_CREATED, 558.781);
    rung_is(p, RUNG_HEAD_RUNNING, 559.467);
    rung_is(p, RUNG_GCS_READING, 563.273);
    rung_is(p, RUNG_HEAD_ALIVE, 567.273);
    rung_is(p, RUNG_HEAD_READY, 570.469);
    rung_is(p, RUNG_WORKERS_SAME, 570.628);
    assert_false(p->r.rung[RUNG_SERVE_RUNNING].reached);
    assert_int_equal(p->r.outage, OUTAGE_OVER);
    assert_int_equal(p->r.over_ms.value, WALL(570.628) - WALL(0));
    assert_string_equal(p->r.old_head_uid, first_head);
    assert_string_equal(p->r.new_head_uid, second_head);
    assert_string_equal(p->r.old_ray_node, first_node);
    assert_int_equal(p->r.reconnect_s.value, 600);
    assert_string_equal(p->r.rung[RUNG_GCS_SILENT].note, "Ray connections 4 → 0, heartbeat stopped");
    assert_string_equal(p->r.rung[RUNG_GCS_READING].note, "Ray connections 0 → 4");
    assert_string_equal(p->r.rung[RUNG_HEAD_ALIVE].note, "f14b54ea ALIVE, e900f747 DEAD");
    workers_are_the_same(p);
}

static void check_second_kill(const struct play *p)
{
    rung_is(p, RUNG_GCS_SILENT, 625.282);
    rung_is(p, RUNG_HEAD_CREATED, 623.415);
    rung_is(p, RUNG_HEAD_RUNNING, 624.621);
    rung_is(p, RUNG_GCS_READING, 627.282);
    rung_is(p, RUNG_HEAD_ALIVE, 631.822);
    rung_is(p, RUNG_HEAD_READY, 636.640);
    rung_is(p, RUNG_WORKERS_SAME, 636.827);
    assert_false(p->r.rung[RUNG_SERVE_RUNNING].reached);
    assert_int_equal(p->r.outage, OUTAGE_OVER);
    assert_string_equal(p->r.old_head_uid, second_head);
    assert_string_equal(p->r.new_head_uid, third_head);
    assert_string_equal(p->r.old_ray_node, second_node);
    assert_string_equal(p->r.rung[RUNG_GCS_SILENT].note, "Ray connections 4 → 2, heartbeat stopped");
    assert_string_equal(p->r.rung[RUNG_GCS_READING].note, "Ray connections 2 → 4");
    assert_string_equal(p->r.rung[RUNG_HEAD_ALIVE].note, "f63b0e28 ALIVE, f14b54ea DEAD");
    workers_are_the_same(p);
}

static void answer_is(const struct play *p, int which, const char *question, const char *word, const char *text)
{
    struct answer a[ANSWERS];
    struct focus f = play_focus(p);
    struct outage o;
    play_outage(p, &o);
    answers_of(p->w, &f, &o, outage_before(&p->r), p->now_ms, WALL(0) + p->now_ms, a);
    assert_string_equal(a[which].question, question);
    assert_string_equal(a[which].word, word);
    assert_string_equal(a[which].text, text);
}

/* We deleted them: T0 is when the delete was asked for. */
static void both_kills_are_ours(void **state)
{
    (void)state;
    struct play p;
    play_init(&p, true);
    play_until(&p, 518);
    check_before(&p);
    play_until(&p, 565);
    assert_true(p.r.ours);
    rung_is(&p, RUNG_DELETE_ACCEPTED, 528.077);
    assert_string_equal(p.r.rung[RUNG_DELETE_ACCEPTED].note, "uid 3b87863e…, default grace");
    answer_is(&p, 1, "HEAD DOWN", "6.7s", "new head reading the GCS · workers reconnect for another 9:53");
    answer_is(&p, 2, "WORKER PODS", "2/2", "same UIDs, 0 restarts");
    play_until(&p, 623);
    check_first_kill(&p);
    /* All that ended in the 90 s since the delete; the slowest was a prompt. */
    assert_int_equal(prompts_answered(&p), 1080);
    assert_int_equal(p.r.request[OUTAGE_PROBES].ok + p.r.request[OUTAGE_PROBES].slow, 900);
    assert_int_equal(p.r.request[OUTAGE_PROMPTS].slowest_us.value, 2114200);
    play_until(&p, 716.5);
    assert_true(p.r.ours);
    rung_is(&p, RUNG_DELETE_ACCEPTED, 623.272);
    assert_string_equal(p.r.rung[RUNG_DELETE_ACCEPTED].note, "uid cd7c182c…, grace 0");
    check_second_kill(&p);
    assert_int_equal(prompts_answered(&p), 1081);
    assert_int_equal(p.r.request[OUTAGE_PROBES].ok + p.r.request[OUTAGE_PROBES].slow, 900);
    assert_int_equal(p.r.request[OUTAGE_PROMPTS].slowest_us.value, 395800);
    assert_int_equal(p.next, p.tape->count);
    play_done(&p);
}

/* Somebody else deleted them: T0 is the first sign of it. */
static void both_kills_are_seen(void **state)
{
    (void)state;
    struct play p;
    play_init(&p, false);
    play_until(&p, 623);
    assert_false(p.r.ours);
    rung_is(&p, RUNG_DELETE_ACCEPTED, 528.139);
    assert_string_equal(p.r.rung[RUNG_DELETE_ACCEPTED].note, "seen: head pod deleted, grace 30");
    check_first_kill(&p);
    play_until(&p, 717);
    assert_false(p.r.ours);
    rung_is(&p, RUNG_DELETE_ACCEPTED, 623.348);
    assert_string_equal(p.r.rung[RUNG_DELETE_ACCEPTED].note, "seen: head pod deleted, grace 0");
    check_second_kill(&p);
    play_done(&p);
}

static void every_request_was_answered(void **state)
{
    (void)state;
    struct play p;
    play_init(&p, true);
    play_until(&p, 540);
    answer_is(&p, 0, "ANSWERING", "YES", "142/142 since the delete, 0 failed, slowest probe 7 ms");
    play_until(&p, 717);
    struct probe_sum probes = probe_sum_of(p.w, "probe", 0), prompts = probe_sum_of(p.w, "prompt", 0);
    assert_int_equal(probes.ok, 2000);
    assert_int_equal(probes.failed + probes.slow + probes.waiting, 0);
    assert_int_equal(probes.slowest_us.value, 22800);
    assert_int_equal(prompts.ok, 400);
    assert_int_equal(prompts.failed + prompts.waiting, 0);
    play_done(&p);
}

/* The GCS of before the first kill, and of the end: what is gone had to go. */
static void gcs_fields_are_kept(void **state)
{
    (void)state;
    static const struct outage_fields expected[] = {
        {"ACTOR", 10, 10, 2, 0, 0, true}, {"ACTOR_TASK_SPEC", 8, 7, 1, 0, 1, true},
        {"JOB", 3, 3, 2, 0, 0, true},     {"KV", 52, 50, 4, 0, 2, true},
        {"NODE", 5, 5, 2, 0, 0, true},    {"WORKERS", 16, 16, 6, 0, 0, true},
    };
    struct play p;
    struct outage o;
    play_init(&p, true);
    play_until(&p, 600);
    p.tape->wall_ms = WALL(600);
    size_t before = p.tape->count;
    tape_dump(p.tape, HERE "redis-after.txt");
    for (size_t i = before; i < p.tape->count; i++) world_apply(p.w, p.tape->arrival[i].change);
    play_outage(&p, &o);
    assert_int_equal(o.tables, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_string_equal(o.table[i].table, expected[i].table);
        assert_int_equal(o.table[i].before, expected[i].before);
        assert_int_equal(o.table[i].kept, expected[i].kept);
        assert_int_equal(o.table[i].lost, expected[i].lost);
        assert_int_equal(o.table[i].lost_expected, expected[i].lost_expected);
        assert_int_equal(o.table[i].added, expected[i].added);
        assert_true(o.table[i].known);
    }
    play_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kills_are_ours),
        cmocka_unit_test(both_kills_are_seen),
        cmocka_unit_test(every_request_was_answered),
        cmocka_unit_test(gcs_fields_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
