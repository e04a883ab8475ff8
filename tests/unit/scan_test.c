/*
 * scan_test.c - what an invalidation, a heartbeat, a flush and a change of mode do to the schedule of the hashes:
 * without a Redis, and before the loop runs.
 */
#include "backends/redis/scan.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KV "RAYa@KV"
#define ACTOR "RAYa@ACTOR"

/* A due time that no rule of the schedule would set. */
#define LATER UINT64_C(0x7fffffffffff)

struct fixture {
    struct loop *loop;
    struct scan *scan;
    unsigned relists[TABLE_COUNT], puts;
};

static void on_change(void *arg, struct change *c)
{
    struct fixture *b = arg;
    if (c->type == CHANGE_RELIST) b->relists[c->table]++;
    b->puts += c->type == CHANGE_PUT;
    change_free(c);
}

static void fixture_open(struct fixture *b, const char *ns)
{
    *b = (struct fixture){.loop = loop_new()};
    b->scan = scan_new(&(struct scan_conf){.loop = b->loop, .source = "redis", .ns = ns, .emit = on_change, .arg = b});
}

static int scan_setup(void **state)
{
    struct fixture *b = mem_alloc(sizeof *b);
    fixture_open(b, NULL);
    *state = b;
    return 0;
}

static int scan_teardown(void **state)
{
    struct fixture *b = *state;
    scan_free(b->scan);
    loop_free(b->loop);
    free(b);
    return 0;
}

/* A hash that was read just now and has nothing to be read for. */
static struct gcs_hash *hash_at_rest(struct fixture *b, const char *key, bool tracked)
{
    struct gcs_hash *h = gcs_view_hash(scan_view(b->scan), key, strlen(key), GCS_HASH_A_TABLE);
    assert_non_null(h);
    h->was_read = true;
    h->tracked = tracked;
    h->dirty = false;
    h->invalidations = h->heartbeats = 0;
    h->touched_ms = 0;
    h->read_ms = loop_now_ms();
    h->due_ms = h->read_ms;
    return h;
}

static void key_invalidate(struct fixture *b, const char *key)
{
    scan_invalidate(b->scan, key, strlen(key));
}

static void every_table_begins_with_a_list(void **state)
{
    struct fixture *b = *state;
    static const enum table tables[] = {TABLE_GCSTABLE,  TABLE_RAYNODE, TABLE_ACTOR,      TABLE_JOB,
                                        TABLE_RAYWORKER, TABLE_PGROUP,  TABLE_CHECKPOINT, TABLE_KVSPACE};
    unsigned all = 0;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) assert_int_equal(b->relists[tables[i]], 1);
    for (int i = 0; i < TABLE_COUNT; i++) all += b->relists[i];
    assert_int_equal(all, ARRAY_LEN(tables));
    assert_null(scan_scanning(b->scan));
    assert_null(scan_scanning(NULL));
}

static void an_invalidation_makes_a_hash_due(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *h = hash_at_rest(b, ACTOR, true);
    const uint64_t due_ms = h->due_ms;
    key_invalidate(b, ACTOR);
    assert_true(h->dirty);
    assert_int_equal(h->invalidations, 1);
    assert_int_equal(h->due_ms, due_ms); /* no heartbeat explains it */
    assert_true(h->touched_ms > 0);
}

/* A GCS writes KV each second: its invalidation waits for the heartbeat that explains it. */
static void a_heartbeat_explains_an_invalidation_of_kv(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *h = hash_at_rest(b, KV, true);
    const uint64_t before = loop_now_ms();
    key_invalidate(b, KV);
    assert_true(h->dirty);
    assert_true(h->due_ms >= before + SCAN_HEARTBEAT_MS && h->due_ms <= loop_now_ms() + SCAN_HEARTBEAT_MS);
    scan_heartbeat(b->scan, h);
    assert_false(h->dirty);
    assert_int_equal(h->invalidations, 0);
    assert_int_equal(h->heartbeats, 0);
}

static void a_heartbeat_explains_one_invalidation_only(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *h = hash_at_rest(b, KV, true);
    key_invalidate(b, KV);
    const uint64_t due_ms = h->due_ms;
    key_invalidate(b, KV);
    assert_int_equal(h->due_ms, due_ms); /* the second one puts nothing off */
    scan_heartbeat(b->scan, h);
    assert_true(h->dirty);
    assert_int_equal(h->heartbeats, 1);
    scan_heartbeat(b->scan, h);
    assert_false(h->dirty);
    assert_int_equal(h->invalidations, 0);
}

/* A heartbeat that came with the hash explains no later invalidation. */
static void a_heartbeat_without_an_invalidation_counts_nothing(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *h = hash_at_rest(b, KV, true);
    scan_heartbeat(b->scan, h);
    assert_int_equal(h->heartbeats, 0);
    key_invalidate(b, KV);
    assert_true(h->dirty);
}

/* Each of these alone: nothing is put off for a heartbeat, and none takes back that the hash is to be read. */
static void not_every_hash_waits_for_a_heartbeat(void **state)
{
    struct fixture *b = *state;
    enum { ANOTHER_TABLE, UNREAD, UNTRACKED, LONG_AGO, FAST, WAYS };
    for (int way = 0; way < WAYS; way++) {
        struct gcs_hash *h = hash_at_rest(b, way == ANOTHER_TABLE ? ACTOR : KV, way != UNTRACKED);
        if (way == UNREAD) h->was_read = false;
        if (way == LONG_AGO) h->read_ms -= SCAN_KV_MS;
        if (way == FAST) scan_set_fast(b->scan, true);
        h->due_ms = 1;
        key_invalidate(b, h->key);
        if (h->due_ms != 1) fail_msg("way %d is put off", way);
        scan_heartbeat(b->scan, h);
        if (!h->dirty) fail_msg("way %d is explained", way);
    }
}

static void what_is_due_later_is_not_put_forward(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *h = hash_at_rest(b, KV, true);
    h->due_ms = LATER;
    key_invalidate(b, KV);
    assert_int_equal(h->due_ms, LATER);
}

static void fast_reads_kv_sooner_and_nothing_else(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *kv = hash_at_rest(b, KV, true), *actor = hash_at_rest(b, ACTOR, true);
    kv->due_ms = actor->due_ms = LATER;
    scan_set_fast(b->scan, false);
    assert_int_equal(kv->due_ms, LATER);
    scan_set_fast(b->scan, true);
    assert_int_equal(kv->due_ms, kv->read_ms + SCAN_AGAIN_MS);
    assert_int_equal(actor->due_ms, LATER);
    kv->due_ms = kv->read_ms + 1;
    scan_set_fast(b->scan, true);
    assert_int_equal(kv->due_ms, kv->read_ms + 1); /* never later than it was */
}

static void a_refresh_makes_every_hash_due_at_once(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *kv = hash_at_rest(b, KV, true), *actor = hash_at_rest(b, ACTOR, false);
    scan_refresh(b->scan);
    assert_true(kv->dirty && actor->dirty);
    assert_int_equal(kv->due_ms, 0);
    assert_int_equal(actor->due_ms, 0);
}

/* Flushes without end: each makes the hashes due, but beyond the limit none is read sooner for it. */
static void a_flood_of_flushes_speeds_up_no_read(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *h = hash_at_rest(b, ACTOR, true);
    scan_invalidate_all(b->scan);
    assert_true(h->dirty);
    assert_int_equal(h->due_ms, 0);
    for (int i = 0; i < 2 * SCAN_PUSHED_BURST; i++) scan_invalidate_all(b->scan);
    h->dirty = false;
    h->due_ms = LATER;
    scan_invalidate_all(b->scan);
    assert_true(h->dirty);
    assert_int_equal(h->due_ms, LATER);
}

static void tracking_is_by_prefix(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *kv = hash_at_rest(b, KV, false), *other = hash_at_rest(b, "RAYb@KV", true);
    const struct gcs_span prefixes[] = {{"RAYa@", 5}, {"RAYa@KV and more", 16}};
    scan_set_tracked(b->scan, prefixes, ARRAY_LEN(prefixes));
    assert_true(kv->tracked);
    assert_false(other->tracked);
    assert_true(kv->dirty && other->dirty); /* what changed before was not told */
    const struct gcs_span whole = {KV, strlen(KV)}, longer = {KV "x", strlen(KV "x")};
    scan_set_tracked(b->scan, &whole, 1);
    assert_true(kv->tracked);
    scan_set_tracked(b->scan, &longer, 1);
    assert_false(kv->tracked);
    scan_set_tracked(b->scan, &whole, 1);
    scan_set_tracked(b->scan, NULL, 0);
    assert_false(kv->tracked);
}

static void more_prefixes_than_are_kept(void **state)
{
    struct fixture *b = *state;
    struct gcs_hash *h = hash_at_rest(b, KV, false);
    struct gcs_span prefixes[ALLOW_PREFIXES + 1];
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) prefixes[i] = (struct gcs_span){"other", 5};
    prefixes[ALLOW_PREFIXES] = (struct gcs_span){KV, strlen(KV)};
    scan_set_tracked(b->scan, prefixes, ARRAY_LEN(prefixes));
    assert_false(h->tracked);
    prefixes[ALLOW_PREFIXES - 1] = prefixes[ALLOW_PREFIXES];
    scan_set_tracked(b->scan, prefixes, ALLOW_PREFIXES);
    assert_true(h->tracked);
}

static bool namespace_wanted(const struct scan *s, const char *raw, size_t len)
{
    return scan_wants(s, &(struct gcs_ns){.raw = (char *)(uintptr_t)raw, .len = len});
}

static void one_namespace_is_wanted_or_all(void **state)
{
    struct fixture *b = *state, one;
    assert_true(namespace_wanted(b->scan, "any", 3));
    fixture_open(&one, "mine");
    assert_true(namespace_wanted(one.scan, "mine", 4));
    assert_false(namespace_wanted(one.scan, "mine2", 5));
    assert_false(namespace_wanted(one.scan, "min", 3));
    assert_false(namespace_wanted(one.scan, "ours", 4));
    scan_free(one.scan);
    loop_free(one.loop);
}

#define T(test) cmocka_unit_test_setup_teardown(test, scan_setup, scan_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_table_begins_with_a_list),
        T(an_invalidation_makes_a_hash_due),
        T(a_heartbeat_explains_an_invalidation_of_kv),
        T(a_heartbeat_explains_one_invalidation_only),
        T(a_heartbeat_without_an_invalidation_counts_nothing),
        T(not_every_hash_waits_for_a_heartbeat),
        T(what_is_due_later_is_not_put_forward),
        T(fast_reads_kv_sooner_and_nothing_else),
        T(a_refresh_makes_every_hash_due_at_once),
        T(a_flood_of_flushes_speeds_up_no_read),
        T(tracking_is_by_prefix),
        T(more_prefixes_than_are_kept),
        T(one_namespace_is_wanted_or_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
