/* world_test.c - Changes applied: rows, tombstones, sources, limits. */
#include "backends/base/mem.h"
#include "backends/world/history.h"
#include "backends/world/world.h"
#include "tests/support/random_change.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Applies a change at a time and frees it. */
static void apply_at(struct world *w, uint64_t at_ms, struct change *c)
{
    c->at_ms = at_ms;
    c->wall_ms = 1000000 + at_ms;
    world_apply(w, c);
    change_free(c);
}

static struct change *pod_change(const char *key, const char *name)
{
    struct pod *p = record_new(TABLE_POD, key);
    record_set(&p->name, name);
    return change_put("kube/pods", WORLD_KUBE, &p->record);
}

static struct change *about_pods(enum change_type type)
{
    struct change *c = change_new(type, "kube/pods", WORLD_KUBE);
    c->table = TABLE_POD;
    return c;
}

static void keys_are(const struct world *w, enum table table, const char *expected)
{
    char text[256] = "";
    WORLD_EACH (row, w, table) {
        size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%s%s%s", len ? " " : "", row->gone_ms ? "-" : "", row->record->key);
    }
    assert_string_equal(text, expected);
}

static void rows_keep_their_place(void **state)
{
    (void)state;
    struct world *w = world_new();
    apply_at(w, 1, pod_change("a", "head"));
    apply_at(w, 2, pod_change("b", "worker"));
    apply_at(w, 3, pod_change("c", "worker"));
    apply_at(w, 4, pod_change("a", "head, changed"));
    apply_at(w, 5, change_gone("kube/pods", WORLD_KUBE, TABLE_POD, "b"));
    keys_are(w, TABLE_POD, "a -b c");
    assert_int_equal(world_count(w, TABLE_POD), 2);
    apply_at(w, 6, pod_change("b", "again"));
    keys_are(w, TABLE_POD, "a b c");
    const struct row *a = world_find(w, TABLE_POD, "a");
    assert_int_equal(a->seen_ms, 1);
    assert_int_equal(a->changed_ms, 4);
    assert_int_equal(a->changed_wall_ms, 1000004);
    assert_string_equal(ROW(a, pod)->name, "head, changed");
    assert_string_equal(a->source, "kube/pods");
    assert_null(world_find(w, TABLE_POD, "d"));
    assert_null(world_find(w, TABLE_KNODE, "a"));
    world_free(w);
    world_free(NULL);
}

/* A replay that goes back reads the old rows into a new world: what a pane has built of the one before is outdated. */
static void a_renewed_world_has_other_generations(void **state)
{
    (void)state;
    struct world *w = world_new();
    for (int round = 0; round < 3; round++) {
        apply_at(w, 1, pod_change("a", "head"));
        const uint64_t pods = world_generation(w, TABLE_POD), nodes = world_generation(w, TABLE_KNODE),
                       requests = world_generation(w, TABLE_REQUEST), all = world_generation_all(w);
        w = world_renew(w);
        assert_null(world_find(w, TABLE_POD, "a"));
        assert_true(world_generation(w, TABLE_POD) > pods);
        assert_true(world_generation(w, TABLE_KNODE) > nodes);
        assert_true(world_generation(w, TABLE_REQUEST) > requests);
        assert_true(world_generation_all(w) > all);
    }
    world_free(w);
}

static void only_what_changes_moves_a_generation(void **state)
{
    (void)state;
    struct world *w = world_new();
    apply_at(w, 1, pod_change("a", "head"));
    uint64_t pods = world_generation(w, TABLE_POD), nodes = world_generation(w, TABLE_KNODE),
             all = world_generation_all(w);
    apply_at(w, 2, pod_change("a", "head"));
    apply_at(w, 3, change_new(CHANGE_ALIVE, "kube/pods", WORLD_KUBE));
    apply_at(w, 3, change_gone("kube/pods", WORLD_KUBE, TABLE_POD, "no such"));
    assert_int_equal(world_generation_all(w), all);
    assert_int_equal(world_find(w, TABLE_POD, "a")->changed_ms, 1);
    apply_at(w, 4, pod_change("a", "other"));
    assert_true(world_generation(w, TABLE_POD) > pods);
    assert_int_equal(world_generation(w, TABLE_KNODE), nodes);
    assert_true(world_generation_all(w) > all);
    world_free(w);
}

static void a_relist_sweeps_what_was_not_put(void **state)
{
    (void)state;
    struct world *w = world_new();
    apply_at(w, 1, about_pods(CHANGE_RELIST));
    apply_at(w, 2, pod_change("a", "1"));
    apply_at(w, 2, pod_change("b", "2"));
    assert_int_equal(world_source_named(w, "kube/pods")->listed_ms, 0);
    apply_at(w, 3, about_pods(CHANGE_RELISTED));
    assert_int_equal(world_source_named(w, "kube/pods")->listed_ms, 3);
    assert_true(world_find(w, TABLE_POD, "a")->first_listed);
    struct pod *foreign = record_new(TABLE_POD, "x");
    apply_at(w, 4, change_put("kube/other", WORLD_KUBE, &foreign->record));
    apply_at(w, 5, about_pods(CHANGE_RELIST));
    apply_at(w, 6, pod_change("b", "2"));
    apply_at(w, 6, pod_change("c", "3"));
    keys_are(w, TABLE_POD, "a b x c");
    apply_at(w, 7, about_pods(CHANGE_RELISTED));
    keys_are(w, TABLE_POD, "-a b x c");
    assert_int_equal(world_find(w, TABLE_POD, "a")->gone_ms, 7);
    assert_false(world_find(w, TABLE_POD, "c")->first_listed);
    assert_int_equal(world_source_named(w, "kube/pods")->listed_ms, 3);
    apply_at(w, 8, about_pods(CHANGE_RELISTED));
    keys_are(w, TABLE_POD, "-a b x c");
    world_free(w);
}

static void a_list_begun_again_starts_again(void **state)
{
    (void)state;
    struct world *w = world_new();
    apply_at(w, 1, about_pods(CHANGE_RELIST));
    apply_at(w, 2, pod_change("a", "1"));
    apply_at(w, 3, about_pods(CHANGE_RELIST));
    apply_at(w, 4, pod_change("b", "2"));
    apply_at(w, 5, about_pods(CHANGE_RELISTED));
    keys_are(w, TABLE_POD, "-a b");
    assert_true(world_find(w, TABLE_POD, "b")->first_listed);
    world_free(w);
}

static void tombstones_are_bounded_and_expire(void **state)
{
    (void)state;
    struct world *w = world_new();
    char key[16];
    for (int i = 0; i < WORLD_TOMBSTONES + 10; i++) {
        snprintf(key, sizeof key, "%d", i);
        apply_at(w, 1 + (uint64_t)i, pod_change(key, "x"));
    }
    apply_at(w, 200, about_pods(CHANGE_RELIST));
    apply_at(w, 201, about_pods(CHANGE_RELISTED));
    assert_int_equal(world_count(w, TABLE_POD), 0);
    assert_null(world_find(w, TABLE_POD, "9"));
    assert_non_null(world_find(w, TABLE_POD, "10"));
    uint64_t before = world_generation(w, TABLE_POD);
    assert_false(world_expire(w, 201 + WORLD_TOMBSTONE_MS - 1));
    assert_false(world_expire(w, 0));
    assert_int_equal(world_generation(w, TABLE_POD), before);
    assert_true(world_expire(w, 201 + WORLD_TOMBSTONE_MS));
    assert_true(world_generation(w, TABLE_POD) > before);
    assert_null(world_first(w, TABLE_POD));
    world_free(w);
}

/* Burying a row may push out the tombstone that stands next in the table. */
static void a_sweep_between_tombstones(void **state)
{
    (void)state;
    struct world *w = world_new();
    char key[16];
    for (int i = 0; i < 2 * WORLD_TOMBSTONES; i++) {
        snprintf(key, sizeof key, "%d", i);
        apply_at(w, 1, pod_change(key, "x"));
    }
    for (int i = 1; i < 2 * WORLD_TOMBSTONES; i += 2) {
        snprintf(key, sizeof key, "%d", i);
        apply_at(w, 2, change_gone("kube/pods", WORLD_KUBE, TABLE_POD, key));
    }
    apply_at(w, 3, about_pods(CHANGE_RELIST));
    apply_at(w, 4, about_pods(CHANGE_RELISTED));
    size_t n = 0;
    WORLD_EACH (row, w, TABLE_POD) {
        assert_int_equal(row->gone_ms, 4);
        n++;
    }
    assert_int_equal(n, WORLD_TOMBSTONES);
    world_free(w);
}

static void finished_requests_are_a_ring_a_kind(void **state)
{
    (void)state;
    struct world *w = world_new();
    char key[16];
    for (int i = 0; i < WORLD_REQUESTS + 5; i++) {
        struct request *q = record_new(TABLE_REQUEST, (snprintf(key, sizeof key, "%d", i), key));
        record_set(&q->kind, i < 2 ? "prompt" : "probe");
        record_set(&q->phase, i == 2 ? "waiting" : "ok");
        apply_at(w, 1, change_put("serve", WORLD_SERVE, &q->record));
    }
    assert_int_equal(world_count(w, TABLE_REQUEST), WORLD_REQUESTS + 3);
    assert_non_null(world_find(w, TABLE_REQUEST, "0"));
    assert_non_null(world_find(w, TABLE_REQUEST, "2"));
    assert_null(world_find(w, TABLE_REQUEST, "4"));
    assert_non_null(world_find(w, TABLE_REQUEST, "5"));
    world_free(w);
}

/* The last minute of a ring is found from its end, and nothing of it is left out. */
static void the_newest_rows_are_found_from_the_end(void **state)
{
    (void)state;
    struct world *w = world_new();
    assert_null(world_last(w, TABLE_REQUEST));
    assert_null(world_since(w, TABLE_REQUEST, 0));
    char key[16];
    for (uint64_t i = 0; i < 100; i++) {
        struct request *q = record_new(TABLE_REQUEST, (snprintf(key, sizeof key, "%d", (int)i), key));
        apply_at(w, i * 1000, change_put("serve", WORLD_SERVE, &q->record)); /* the wall clock begins at 1,000,000 */
    }
    assert_string_equal(world_last(w, TABLE_REQUEST)->record->key, "99");
    assert_string_equal(world_prev(w, world_last(w, TABLE_REQUEST))->record->key, "98");
    assert_null(world_prev(w, world_first(w, TABLE_REQUEST)));
    const struct row *row = world_since(w, TABLE_REQUEST, 1000000 + 50 * 1000);
    assert_int_equal(row->seen_wall_ms, 1000000 + 50 * 1000 - WORLD_SINCE_SLACK_MS);
    assert_ptr_equal(world_since(w, TABLE_REQUEST, 0), world_first(w, TABLE_REQUEST));
    assert_null(world_since(w, TABLE_REQUEST, 2000000));
    world_free(w);
}

static void rows_beyond_the_limit_are_counted(void **state)
{
    (void)state;
    struct world *w = world_new();
    char key[16];
    for (int i = 0; i < WORLD_ROWS + 7; i++) {
        struct kvspace *k = record_new(TABLE_KVSPACE, (snprintf(key, sizeof key, "%d", i), key));
        apply_at(w, 1, change_put("redis", WORLD_REDIS, &k->record));
    }
    assert_int_equal(world_count(w, TABLE_KVSPACE), WORLD_ROWS);
    assert_int_equal(world_dropped(w, TABLE_KVSPACE), 7);
    struct change *c = change_new(CHANGE_DROPPED, "redis", WORLD_REDIS);
    c->table = TABLE_KVSPACE;
    c->number = 38211;
    apply_at(w, 2, c);
    assert_int_equal(world_dropped(w, TABLE_KVSPACE), 38218);
    assert_int_equal(world_dropped(w, TABLE_POD), 0);
    world_free(w);
}

/* What could not be read is counted a table and a source, told in words, and gone with its source. */
static void what_cannot_be_read_is_counted_and_said(void **state)
{
    (void)state;
    struct world *w = world_new();
    char words[100];
    apply_at(w, 1, pod_change("a", "head"));
    assert_false(world_unread_words(w, TABLE_POD, words, sizeof words));
    uint64_t pods = world_generation(w, TABLE_POD), all = world_generation_all(w);
    apply_at(w, 2, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 1, "a pod without metadata.uid"));
    assert_true(world_generation(w, TABLE_POD) > pods && world_generation_all(w) > all);
    assert_true(world_unread_words(w, TABLE_POD, words, sizeof words));
    assert_string_equal(words, "1 pod could not be read: a pod without metadata.uid");
    all = world_generation_all(w);
    apply_at(w, 2, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 1, "a pod without metadata.uid"));
    assert_int_equal(world_generation_all(w), all); /* nothing new */
    apply_at(w, 2, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 1, "a pod without a name"));
    assert_true(world_generation_all(w) > all);
    apply_at(w, 2, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 1, "a pod without metadata.uid"));
    apply_at(w, 3, change_unread("redis", WORLD_REDIS, TABLE_RAYNODE, 2, NULL));
    assert_true(world_unread_words(w, TABLE_RAYNODE, words, sizeof words));
    assert_string_equal(words, "2 Ray nodes could not be read");
    assert_int_equal(world_unread_of(w, WORLD_KUBE), 1);
    assert_int_equal(world_unread_of(w, WORLD_REDIS), 2);
    assert_int_equal(world_dropped(w, TABLE_POD), 0);
    assert_int_equal(world_count(w, TABLE_POD), 1);
    assert_string_equal(world_source_named(w, "kube/pods")->unread_why, "a pod without metadata.uid");

    apply_at(w, 4, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, 0, "nothing"));
    assert_int_equal(world_unread(w, TABLE_POD), 0);
    assert_null(world_source_named(w, "kube/pods")->unread_why);
    apply_at(w, 5, change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL));
    assert_int_equal(world_unread_of(w, WORLD_REDIS), 0);
    world_free(w);
}

/* A row that a list does not hold may be the item of it that could not be read: it is not called gone. */
static void nothing_is_gone_where_something_could_not_be_read(void **state)
{
    (void)state;
    struct world *w = world_new();
    apply_at(w, 1, pod_change("head", "head"));
    for (uint64_t unread = 2; unread-- > 0;) {
        apply_at(w, 2, about_pods(CHANGE_RELIST));
        apply_at(w, 2, pod_change("a", "worker"));
        apply_at(w, 2, change_unread("kube/pods", WORLD_KUBE, TABLE_POD, unread, "a pod without metadata.uid"));
        apply_at(w, 2, about_pods(CHANGE_RELISTED));
        keys_are(w, TABLE_POD, unread ? "head a" : "-head a");
    }
    world_free(w);
}

static void progress_lasts_until_the_list_is_there(void **state)
{
    (void)state;
    struct world *w = world_new();
    uint64_t done = 0, total = 0;
    assert_false(world_progress(w, TABLE_POD, &done, &total));
    struct change *c = about_pods(CHANGE_PROGRESS);
    c->number = 2500;
    c->total = 9800;
    apply_at(w, 1, c);
    assert_true(world_progress(w, TABLE_POD, &done, &total));
    assert_int_equal(done, 2500);
    assert_int_equal(total, 9800);
    apply_at(w, 2, about_pods(CHANGE_RELISTED));
    assert_false(world_progress(w, TABLE_POD, &done, &total));
    world_free(w);
}

static void a_core_has_a_history(void **state)
{
    (void)state;
    struct world *w = world_new();
    double points[HISTORY_POINTS];
    uint64_t moved = 0;
    for (int i = 0; i < 3 * HISTORY_POINTS; i++) {
        struct core *core = record_new(TABLE_CORE, "n/0");
        core->utilisation = i == 1 ? UNKNOWN_F64 : known_f64(i < 3 ? i : 50);
        if (i >= 2 * HISTORY_POINTS) moved = world_generation(w, TABLE_CORE);
        apply_at(w, 1 + (uint64_t)i, change_put("n", WORLD_NEURON, &core->record));
        if (i == 3) {
            assert_int_equal(world_history(w, "n/0", points, HISTORY_POINTS), 4);
            assert_true(points[0] == 0 && isnan(points[1]) && points[2] == 2 && points[3] == 50);
            assert_int_equal(world_history(w, "n/0", points, 2), 2);
            assert_true(points[0] == 2 && points[1] == 50);
        }
    }
    assert_int_equal(world_generation(w, TABLE_CORE), moved);
    assert_int_equal(world_history(w, "n/0", points, HISTORY_POINTS), HISTORY_POINTS);
    assert_int_equal(world_history(w, "n/1", points, HISTORY_POINTS), 0);
    world_free(w);
}

/* What is drawn changes as long as one point differs from the one before. */
static void a_history_that_alternates_changes(void **state)
{
    (void)state;
    struct history h = {.count = 0};
    for (unsigned i = 0; i < 3 * HISTORY_POINTS; i++) assert_true(history_add(&h, known_f64(i % 2)));
    for (unsigned i = 0; i < 2 * HISTORY_POINTS; i++)
        assert_int_equal(history_add(&h, known_f64(7)), i < HISTORY_POINTS);
    for (unsigned i = 0; i < 2 * HISTORY_POINTS; i++)
        assert_int_equal(history_add(&h, UNKNOWN_F64), i < HISTORY_POINTS);
}

static void sources_grow_old(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct known_u64 age;
    const struct source *who = NULL;
    assert_int_equal(world_freshness(w, WORLD_REDIS, 5, &age, &who), FRESH_OFF);
    assert_null(who);
    apply_at(w, 100, change_source("redis", WORLD_REDIS, SOURCE_CONNECTING, ERR_OK, NULL, "redis://r:6379"));
    assert_int_equal(world_freshness(w, WORLD_REDIS, 5000, &age, &who), FRESH_WAITING);
    assert_false(age.known);
    assert_string_equal(who->detail, "redis://r:6379");
    apply_at(w, 200, change_source("redis", WORLD_REDIS, SOURCE_LIVE, ERR_OK, NULL, NULL));
    assert_int_equal(world_freshness(w, WORLD_REDIS, 200 + SOURCE_STALE_MS, &age, &who), FRESH_LIVE);
    assert_int_equal(age.value, SOURCE_STALE_MS);
    assert_int_equal(world_freshness(w, WORLD_REDIS, 201 + SOURCE_STALE_MS, &age, &who), FRESH_STALE);
    apply_at(w, 20000, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    assert_int_equal(world_freshness(w, WORLD_REDIS, 20001, &age, &who), FRESH_LIVE);
    assert_int_equal(age.value, 1);
    assert_int_equal(who->last_alive_ms, 20000); /* alive, but nothing changed */
    assert_int_equal(who->last_change_ms, 200);
    apply_at(w, 21000, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "refused", NULL));
    assert_int_equal(world_freshness(w, WORLD_REDIS, 22000, &age, &who), FRESH_DOWN);
    assert_int_equal(age.value, 2000);
    assert_int_equal(who->since_ms, 21000);
    assert_string_equal(who->why, "refused");
    world_free(w);
}

/* Each part of a source's state is drawn; one that is said again as it was is not. */
static void a_source_that_says_the_same_moves_nothing(void **state)
{
    (void)state;
    static const struct {
        enum world_kind world;
        enum source_state state;
        enum err err;
        const char *why, *detail;
    } said[] = {
        {WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "refused", "redis://r"},
        {WORLD_REDIS, SOURCE_DENIED, ERR_REFUSED, "refused", "redis://r"},
        {WORLD_REDIS, SOURCE_DENIED, ERR_AUTH, "refused", "redis://r"},
        {WORLD_REDIS, SOURCE_DENIED, ERR_AUTH, "WRONGPASS", "redis://r"},
        {WORLD_REDIS, SOURCE_DENIED, ERR_AUTH, "WRONGPASS", "redis://s"},
        {WORLD_CONSOLE, SOURCE_DENIED, ERR_AUTH, "WRONGPASS", "redis://s"},
    };
    struct world *w = world_new();
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        for (int again = 0; again < 2; again++) {
            const uint64_t before = world_generation_all(w);
            apply_at(w, 100 + i,
                     change_source("s", said[i].world, said[i].state, said[i].err, said[i].why, said[i].detail));
            assert_int_equal(world_generation_all(w) != before, !again);
        }
    }
    world_free(w);
}

static void the_worst_source_speaks_for_its_world(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct known_u64 age;
    const struct source *who = NULL;
    apply_at(w, 100, change_source("neuron/a", WORLD_NEURON, SOURCE_LIVE, ERR_OK, NULL, NULL));
    apply_at(w, 400, change_source("neuron/b", WORLD_NEURON, SOURCE_LIVE, ERR_OK, NULL, NULL));
    apply_at(w, 450, change_source("neuron/c", WORLD_NEURON, SOURCE_OFF, ERR_OK, NULL, NULL));
    assert_int_equal(world_freshness(w, WORLD_NEURON, 500, &age, &who), FRESH_LIVE);
    assert_int_equal(age.value, 400);
    assert_string_equal(who->id, "neuron/a");
    apply_at(w, 500, change_source("neuron/b", WORLD_NEURON, SOURCE_DENIED, ERR_FORBIDDEN, "403", NULL));
    assert_int_equal(world_freshness(w, WORLD_NEURON, 500, &age, &who), FRESH_LIVE);
    assert_string_equal(who->id, "neuron/a");
    apply_at(w, 500, change_source("neuron/a", WORLD_NEURON, SOURCE_DENIED, ERR_FORBIDDEN, "403", NULL));
    assert_int_equal(world_freshness(w, WORLD_NEURON, 500, &age, &who), FRESH_DENIED);
    assert_int_equal(world_sources(w), 3);
    assert_null(world_source(w, 3));
    world_free(w);
}

static void source_is(struct world *w, const char *id, enum freshness f)
{
    static const enum source_state states[] = {
        [FRESH_LIVE] = SOURCE_LIVE,  [FRESH_ABSENT] = SOURCE_ABSENT, [FRESH_WAITING] = SOURCE_CONNECTING,
        [FRESH_STALE] = SOURCE_LIVE, [FRESH_DOWN] = SOURCE_DOWN,
    };
    apply_at(w, f == FRESH_STALE ? 1000 : 60000, change_source(id, WORLD_REDIS, states[f], ERR_OK, NULL, NULL));
}

static void of_two_sources_the_worse_one_speaks(void **state)
{
    (void)state;
    static const enum freshness order[] = {FRESH_LIVE, FRESH_ABSENT, FRESH_WAITING, FRESH_STALE, FRESH_DOWN};
    for (size_t better = 0; better < sizeof order / sizeof *order; better++)
        for (size_t worse = better + 1; worse < sizeof order / sizeof *order; worse++)
            for (int first = 0; first < 2; first++) {
                struct world *w = world_new();
                const struct source *who = NULL;
                source_is(w, first ? "worse" : "better", order[first ? worse : better]);
                source_is(w, first ? "better" : "worse", order[first ? better : worse]);
                assert_int_equal(world_freshness(w, WORLD_REDIS, 61000, NULL, &who), order[worse]);
                assert_string_equal(who->id, "worse");
                world_free(w);
            }
}

/* What a role lacks is told by its kind; what it has is as good as ever. */
static void denied_kinds_are_told_beside_a_world_that_is_live(void **state)
{
    (void)state;
    struct world *w = world_new();
    char words[80], few[24];
    apply_at(w, 100, change_source("kube/pods", WORLD_KUBE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    assert_false(world_denied_words(w, WORLD_KUBE, words, sizeof words));
    assert_string_equal(words, "");
    apply_at(w, 100, change_source("kube/nodes", WORLD_KUBE, SOURCE_DENIED, ERR_FORBIDDEN, "403", NULL));
    apply_at(w, 100, change_source("kube/events", WORLD_KUBE, SOURCE_DENIED, ERR_FORBIDDEN, "403", NULL));
    apply_at(w, 100, change_source("serve", WORLD_SERVE, SOURCE_DENIED, ERR_AUTH, "401", NULL));
    assert_int_equal(world_freshness(w, WORLD_KUBE, 200, NULL, NULL), FRESH_LIVE);
    assert_true(world_denied_words(w, WORLD_KUBE, words, sizeof words));
    assert_string_equal(words, "nodes: not permitted, events: not permitted");
    assert_true(world_denied_words(w, WORLD_KUBE, few, sizeof few)); /* whole kinds, as many as fit */
    assert_string_equal(few, "nodes: not permitted");
    assert_false(world_denied_words(w, WORLD_SERVE, words, sizeof words)); /* all of it is denied: it says so itself */
    assert_int_equal(world_freshness(w, WORLD_SERVE, 200, NULL, NULL), FRESH_DENIED);
    apply_at(w, 100, change_source("probe", WORLD_SERVE, SOURCE_LIVE, ERR_OK, NULL, NULL));
    assert_true(world_denied_words(w, WORLD_SERVE, words, sizeof words));
    assert_string_equal(words, "serve: not authenticated");
    world_free(w);
}

static void a_source_that_is_off_has_nothing(void **state)
{
    (void)state;
    struct world *w = world_new();
    apply_at(w, 1, pod_change("a", "1"));
    apply_at(w, 2, change_source("kube/pods", WORLD_KUBE, SOURCE_DOWN, ERR_RESET, "lost", NULL));
    keys_are(w, TABLE_POD, "a");
    apply_at(w, 3, change_source("kube/pods", WORLD_KUBE, SOURCE_OFF, ERR_OK, NULL, NULL));
    keys_are(w, TABLE_POD, "-a");
    world_free(w);
}

static void too_many_sources(void **state)
{
    (void)state;
    struct world *w = world_new();
    char id[32];
    for (int i = 0; i < WORLD_SOURCES + 3; i++) {
        snprintf(id, sizeof id, "neuron/%d", i);
        apply_at(w, 1, change_source(id, WORLD_NEURON, i == 7 ? SOURCE_OFF : SOURCE_LIVE, ERR_OK, NULL, NULL));
    }
    assert_int_equal(world_sources(w), WORLD_SOURCES);
    assert_null(world_source_named(w, "neuron/7"));
    assert_non_null(world_source_named(w, "neuron/256"));
    assert_null(world_source_named(w, "neuron/257"));
    world_free(w);
}

static void nonsense_changes_nothing(void **state)
{
    (void)state;
    struct world *w = world_new();
    struct change *c = about_pods(CHANGE_GONE);
    apply_at(w, 1, c);
    c = about_pods(CHANGE_RELIST);
    c->table = (enum table)999;
    apply_at(w, 1, c);
    c = change_source("x", WORLD_KUBE, (enum source_state)77, ERR_OK, NULL, NULL);
    apply_at(w, 1, c);
    c = change_new(CHANGE_ALIVE, "x", (enum world_kind) - 1);
    apply_at(w, 1, c);
    c = change_new((enum change_type)99, "y", WORLD_KUBE);
    apply_at(w, 1, c);
    c = change_new(CHANGE_PUT, "kube/pods", WORLD_KUBE);
    apply_at(w, 1, c);
    c = change_put("kube/pods", WORLD_KUBE, record_new(TABLE_KNODE, NULL));
    apply_at(w, 1, c);
    for (int t = 0; t < TABLE_COUNT; t++) assert_null(world_first(w, (enum table)t));
    world_free(w);
}

/* ---- owners -------------------------------------------------------------------------------------------------- */

static struct change *change_owned(struct change *c, const char *owner)
{
    c->owner = mem_str(owner);
    return c;
}

static struct change *redis_change(const char *owner, const char *address)
{
    struct redis *r = record_new(TABLE_REDIS, "redis");
    record_set(&r->address, address);
    return change_owned(change_put("redis", WORLD_REDIS, &r->record), owner);
}

static void redis_is(const struct world *w, const char *address)
{
    const struct row *row = world_first(w, TABLE_REDIS);
    assert_non_null(row);
    assert_string_equal(ROW(row, redis)->address, address);
    assert_null(world_next(w, row));
}

/* Two Redis with one source's id and one key. */
static void what_is_read_for_a_rayservice_is_its_own(void **state)
{
    (void)state;
    struct world *w = world_new();
    world_focus(w, "uid-a");
    apply_at(w, 1, pod_change("p", "head"));
    apply_at(w, 1, redis_change(NULL, "configured"));
    redis_is(w, "configured"); /* until there is one of the RayService */
    apply_at(w, 2, redis_change("uid-b", "b"));
    redis_is(w, "configured");
    apply_at(w, 3, redis_change("uid-a", "a"));
    redis_is(w, "a");
    redis_is(world_of_service(w, "uid-a"), "a");
    redis_is(world_of_service(w, "uid-b"), "b");
    redis_is(world_of_service(w, "uid-c"), "configured");
    redis_is(world_of_service(w, NULL), "configured");
    keys_are(world_of_service(w, "uid-b"), TABLE_POD, "p");

    assert_int_equal(world_sources(w), 2); /* its "redis" hides the other's */
    apply_at(w, 4, change_owned(change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_TIMEOUT, "late", NULL), "uid-a"));
    assert_int_equal(world_source_named(w, "redis")->state, SOURCE_DOWN);
    assert_int_equal(world_source_named(world_of_service(w, "uid-b"), "redis")->state, SOURCE_LIVE);
    assert_int_equal(world_freshness(w, WORLD_REDIS, 5, NULL, NULL), FRESH_DOWN);
    assert_int_equal(world_freshness(world_of_service(w, "uid-b"), WORLD_REDIS, 5, NULL, NULL), FRESH_LIVE);

    const uint64_t of_a = world_generation(w, TABLE_REDIS), all_of_a = world_generation_all(w);
    assert_true(world_focus(w, "uid-b"));
    assert_false(world_focus(w, "uid-b"));
    redis_is(w, "b");
    assert_int_not_equal(world_generation(w, TABLE_REDIS), of_a); /* what was built of the other is built anew */
    assert_int_not_equal(world_generation_all(w), all_of_a);
    apply_at(w, 6, change_owned(change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL), "uid-a"));
    redis_is(w, "b");
    assert_int_equal(world_count(world_of_service(w, "uid-a"), TABLE_REDIS), 0);
    apply_at(w, 7, change_owned(pod_change("q", "of nobody"), "uid-b")); /* pods are the cluster's */
    keys_are(w, TABLE_POD, "p");
    world_free(w);
}

static void owners_are_bounded(void **state)
{
    (void)state;
    struct world *w = world_new();
    char uid[16];
    for (int i = 0; i <= WORLD_OWNERS; i++) {
        snprintf(uid, sizeof uid, "uid-%d", i);
        apply_at(w, 1, redis_change(uid, uid));
    }
    redis_is(world_of_service(w, "uid-0"), "uid-0");
    assert_null(world_first(world_of_service(w, uid), TABLE_REDIS)); /* too many */
    world_focus(w, "uid-0");
    apply_at(w, 2, change_owned(change_source("redis", WORLD_REDIS, SOURCE_OFF, ERR_OK, NULL, NULL), "uid-0"));
    apply_at(w, 3, redis_change(uid, uid));
    assert_null(world_first(world_of_service(w, uid), TABLE_REDIS)); /* that in focus keeps its place */
    world_focus(w, "uid-1");
    apply_at(w, 4, redis_change(uid, uid));
    redis_is(world_of_service(w, uid), uid);
    assert_null(world_first(world_of_service(w, "uid-0"), TABLE_REDIS));
    redis_is(w, "uid-1");
    world_free(w);
}

/* ---- properties ---------------------------------------------------------------------------------------------- */

static void same_world(const struct world *a, const struct world *b)
{
    for (int t = 0; t < TABLE_COUNT; t++) {
        const struct row *y = world_first(b, (enum table)t);
        assert_int_equal(world_generation(a, (enum table)t), world_generation(b, (enum table)t));
        assert_int_equal(world_count(a, (enum table)t), world_count(b, (enum table)t));
        WORLD_EACH (x, a, (enum table)t) {
            assert_non_null(y);
            assert_true(record_equal(x->record, y->record));
            assert_int_equal(x->gone_ms, y->gone_ms);
            assert_int_equal(x->generation, y->generation);
            assert_string_equal(x->source, y->source);
            y = world_next(b, y);
        }
        assert_null(y);
    }
    assert_int_equal(world_generation_all(a), world_generation_all(b));
}

/* What a table looked like: keys in their order; since when each row is there, as a key may come again as a new row. */
enum { KEYS = 150 };
struct order {
    char keys[TABLE_COUNT][KEYS + WORLD_TOMBSTONES][16];
    uint64_t seen_ms[TABLE_COUNT][KEYS + WORLD_TOMBSTONES];
    size_t count[TABLE_COUNT];
    uint64_t generation[TABLE_COUNT];
};

/* Those that are still there stand in the order in which they stood; tombstones are few; generations go up. */
static void check_invariants(const struct world *w, struct order *o)
{
    for (int t = 0; t < TABLE_COUNT; t++) {
        size_t old = 0, dead = 0, living = 0, n = 0;
        assert_true(world_generation(w, (enum table)t) >= o->generation[t]);
        o->generation[t] = world_generation(w, (enum table)t);
        WORLD_EACH (row, w, (enum table)t) {
            bool known = false;
            for (size_t i = 0; i < o->count[t]; i++)
                known |= !strcmp(o->keys[t][i], row->record->key) && o->seen_ms[t][i] == row->seen_ms;
            if (!known) continue;
            while (old < o->count[t] && strcmp(o->keys[t][old], row->record->key) != 0) old++;
            assert_true(old < o->count[t]);
        }
        WORLD_EACH (row, w, (enum table)t) {
            if (row->gone_ms)
                dead++;
            else
                living++;
            assert_true(row->generation <= o->generation[t]);
            assert_ptr_equal(world_find(w, (enum table)t, row->record->key), row);
            o->seen_ms[t][n] = row->seen_ms;
            snprintf(o->keys[t][n++], 16, "%s", row->record->key);
        }
        o->count[t] = n;
        assert_true(dead <= WORLD_TOMBSTONES);
        assert_int_equal(living, world_count(w, (enum table)t));
    }
}

static void random_streams_keep_the_invariants(void **state)
{
    (void)state;
    struct order *o = mem_zero(2, sizeof *o); /* of what no RayService owns, and of one's */
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct world *a = world_new(), *b = world_new();
        struct rng rng = {seed * 7919};
        uint64_t clock = 1;
        memset(o, 0, 2 * sizeof *o);
        for (int i = 0; i < 12000; i++) {
            struct change *c = random_change(&rng, &clock);
            world_apply(a, c);
            struct buf line;
            struct change *again = NULL;
            buf_init(&line, 1 << 20);
            assert_int_equal(change_to_json(c, &line), ERR_OK);
            assert_int_equal(change_from_json(buf_text(&line), line.len, &again, NULL), ERR_OK);
            world_apply(b, again);
            if (i % 1000 == 999) {
                assert_int_equal(world_expire(a, clock), world_expire(b, clock));
            }
            if (i % 100 == 0) check_invariants(a, &o[0]);
            if (i % 100 == 50) check_invariants(world_of_service(a, "uid-a"), &o[1]);
            buf_done(&line);
            change_free(c);
            change_free(again);
        }
        for (int i = 0; i < RANDOM_OWNERS; i++)
            same_world(world_of_service(a, random_owners[i]), world_of_service(b, random_owners[i]));
        world_free(a);
        world_free(b);
    }
    free(o);
}

/* After a relist exactly what was put in it is there, whatever happened before. */
static void random_relists_leave_what_was_put(void **state)
{
    (void)state;
    struct rng rng = {99};
    struct world *w = world_new();
    uint64_t clock = 1;
    for (int round = 0; round < 200; round++) {
        bool put[KEYS] = {false};
        for (int i = 0; i < 30; i++) {
            struct change *c = random_change(&rng, &clock);
            if (c->table == TABLE_POD) world_apply(w, c);
            change_free(c);
        }
        apply_at(w, ++clock, about_pods(CHANGE_RELIST));
        for (uint32_t i = random_next(&rng) % 100; i; i--) {
            uint32_t k = random_next(&rng) % KEYS;
            char key[16];
            snprintf(key, sizeof key, "key-%u", k);
            put[k] = true;
            apply_at(w, ++clock, pod_change(key, "listed"));
        }
        apply_at(w, ++clock, about_pods(CHANGE_RELISTED));
        WORLD_EACH (row, w, TABLE_POD) {
            if (row->gone_ms || strcmp(row->source, "kube/pods") != 0) continue;
            assert_true(put[strtoul(row->record->key + 4, NULL, 10)]);
        }
        for (unsigned k = 0; k < KEYS; k++) {
            char key[16];
            snprintf(key, sizeof key, "key-%u", k);
            const struct row *row = world_find(w, TABLE_POD, key);
            if (put[k]) assert_true(row && !row->gone_ms);
        }
    }
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_their_place),
        cmocka_unit_test(a_renewed_world_has_other_generations),
        cmocka_unit_test(only_what_changes_moves_a_generation),
        cmocka_unit_test(a_relist_sweeps_what_was_not_put),
        cmocka_unit_test(a_list_begun_again_starts_again),
        cmocka_unit_test(tombstones_are_bounded_and_expire),
        cmocka_unit_test(a_sweep_between_tombstones),
        cmocka_unit_test(finished_requests_are_a_ring_a_kind),
        cmocka_unit_test(the_newest_rows_are_found_from_the_end),
        cmocka_unit_test(rows_beyond_the_limit_are_counted),
        cmocka_unit_test(what_cannot_be_read_is_counted_and_said),
        cmocka_unit_test(nothing_is_gone_where_something_could_not_be_read),
        cmocka_unit_test(progress_lasts_until_the_list_is_there),
        cmocka_unit_test(a_core_has_a_history),
        cmocka_unit_test(a_history_that_alternates_changes),
        cmocka_unit_test(sources_grow_old),
        cmocka_unit_test(a_source_that_says_the_same_moves_nothing),
        cmocka_unit_test(the_worst_source_speaks_for_its_world),
        cmocka_unit_test(of_two_sources_the_worse_one_speaks),
        cmocka_unit_test(denied_kinds_are_told_beside_a_world_that_is_live),
        cmocka_unit_test(a_source_that_is_off_has_nothing),
        cmocka_unit_test(too_many_sources),
        cmocka_unit_test(nonsense_changes_nothing),
        cmocka_unit_test(what_is_read_for_a_rayservice_is_its_own),
        cmocka_unit_test(owners_are_bounded),
        cmocka_unit_test(random_streams_keep_the_invariants),
        cmocka_unit_test(random_relists_leave_what_was_put),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
