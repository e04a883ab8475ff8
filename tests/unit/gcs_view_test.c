/* gcs_view_test.c - what becomes a change and what does not: rounds through hashes, without a Redis. */
#include "backends/redis/gcs_view.h"

#include "backends/base/mem.h"
#include "backends/world/world.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gcs_view view;
static struct world *world;
static unsigned told, gones, dropped;

static void on_change(void *arg, struct change *c)
{
    (void)arg;
    c->at_ms = c->wall_ms = 1;
    told += c->type == CHANGE_PUT;
    gones += c->type == CHANGE_GONE;
    if (c->type == CHANGE_DROPPED) dropped += (unsigned)c->number;
    world_apply(world, c);
    change_free(c);
}

static int view_setup(void **state)
{
    (void)state;
    world = world_new();
    gcs_view_init(&view, "redis", on_change, NULL);
    told = gones = dropped = 0;
    return 0;
}

static int view_teardown(void **state)
{
    (void)state;
    gcs_view_done(&view);
    world_free(world);
    return 0;
}

static struct gcs_hash *hash_new(const char *key, enum gcs_layout layout)
{
    return gcs_view_hash(&view, key, strlen(key), layout);
}

static void hash_put(struct gcs_hash *h, const char *name, const char *value, uint64_t wall_ms)
{
    const struct gcs_span text = {value, strlen(value)};
    gcs_view_field(&view, h, (struct gcs_span){name, strlen(name)}, known_u64(strlen(value)), &text, wall_ms);
}

static const void *view_record(enum table table, const char *key)
{
    const struct row *row = world_find(world, table, key);
    return row && !row->gone_ms ? row->record : NULL;
}

/* hostname, field 8: enough of a node to tell two values apart */
#define HOST(text) "\x42\x01" text

static void test_only_what_changed(void **state)
{
    (void)state;
    struct gcs_hash *h = hash_new("RAYns@NODE", GCS_HASH_A_TABLE);
    gcs_view_begin(h);
    hash_put(h, "\x01", HOST("a"), 10);
    hash_put(h, "\x02", HOST("b"), 10);
    gcs_view_end(&view, h, 10);
    assert_int_equal(told, 3); /* two nodes and their table */
    const struct gcstable *t = view_record(TABLE_GCSTABLE, "ns/NODE");
    assert_int_equal(t->fields.value, 2);
    assert_int_equal(t->bytes.value, 6);
    assert_false(t->changed.known); /* nobody saw it change */

    gcs_view_begin(h);
    hash_put(h, "\x02", HOST("b"), 20);
    hash_put(h, "\x01", HOST("a"), 20);
    gcs_view_end(&view, h, 20);
    assert_int_equal(told, 3);

    h->touched_ms = 25;
    gcs_view_begin(h);
    hash_put(h, "\x01", HOST("c"), 30);
    hash_put(h, "\x01", HOST("c"), 30); /* HSCAN may tell one twice */
    gcs_view_end(&view, h, 30);
    assert_int_equal(told, 5);
    assert_int_equal(gones, 1);
    assert_null(view_record(TABLE_RAYNODE, "ns/02"));
    const struct raynode *n = view_record(TABLE_RAYNODE, "ns/01");
    assert_string_equal(n->hostname, "c");
    t = view_record(TABLE_GCSTABLE, "ns/NODE");
    assert_int_equal(t->fields.value, 1);
    assert_int_equal(t->changed.value, 25);
}

/* What can be read no more is gone and counted, and comes back when it can. */
static void test_unreadable(void **state)
{
    (void)state;
    static const char *const values[] = {HOST("a"), "\xff\xff", HOST("a")};
    struct gcs_hash *h = hash_new("RAYns@NODE", GCS_HASH_A_TABLE);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        gcs_view_begin(h);
        hash_put(h, "\x01", values[i], 10);
        gcs_view_end(&view, h, 10);
        assert_int_equal(view_record(TABLE_RAYNODE, "ns/01") != NULL, i != 1);
        assert_int_equal(world_unread(world, TABLE_RAYNODE), i == 1);
    }
    /* Two hashes' rows are one sum, and those that are gone are in it no more. */
    struct gcs_hash *other = hash_new("RAYns2@NODE", GCS_HASH_A_TABLE);
    for (size_t i = 0; i < 2; i++) {
        struct gcs_hash *each = i ? other : h;
        gcs_view_begin(each);
        hash_put(each, "\x01", "\xff\xff", 20);
        hash_put(each, "\x02", "\xff\xff", 20);
        gcs_view_end(&view, each, 20);
    }
    assert_int_equal(world_unread(world, TABLE_RAYNODE), 4);
    gcs_view_drop(&view, other);
    gcs_view_begin(h);
    hash_put(h, "\x01", "\xff\xff", 30); /* the same bytes: not parsed again */
    gcs_view_end(&view, h, 30);
    assert_int_equal(world_unread(world, TABLE_RAYNODE), 1);
}

static void test_drop(void **state)
{
    (void)state;
    struct gcs_hash *h = hash_new("RAYns@NODE", GCS_HASH_A_TABLE);
    assert_non_null(hash_new("RAYns@KV", GCS_HASH_A_TABLE));
    assert_ptr_equal(hash_new("RAYns@NODE", GCS_HASH_A_TABLE), h);
    assert_int_equal(view.ns_count, 1);
    gcs_view_begin(h);
    hash_put(h, "\x01", HOST("a"), 10);
    gcs_view_end(&view, h, 10);
    gcs_view_drop(&view, h);
    assert_int_equal(gones, 2);
    assert_int_equal(view.ns_count, 1);
    assert_null(gcs_view_find(&view, "RAYns@NODE", 10));
    gcs_view_drop(&view, gcs_view_find(&view, "RAYns@KV", 8));
    assert_int_equal(view.ns_count, 0);
    assert_int_equal(view.hash_count, 0);
}

static void test_kv(void **state)
{
    (void)state;
    static const char app[] = "@namespace_serve:ray-serve-x-serve-app-config-checkpoint";
    struct gcs_hash *h = hash_new("RAYns@KV", GCS_HASH_A_TABLE);
    for (uint64_t round = 1; round <= 2; round++) {
        gcs_view_begin(h);
        gcs_view_field(&view, h, (struct gcs_span){app, sizeof app - 1}, known_u64(400 + round), NULL, round * 100);
        gcs_view_field(&view, h, (struct gcs_span){"gcs_pid", 7}, known_u64(1), NULL, round * 100);
        gcs_view_field(&view, h, (struct gcs_span){"@namespace_fun:a", 16}, UNKNOWN_U64, NULL, round * 100);
        gcs_view_end(&view, h, round * 100);
    }
    const struct checkpoint *c = view_record(TABLE_CHECKPOINT, "ns/app-config");
    assert_int_equal(c->bytes.value, 402);
    assert_int_equal(c->changed.value, 200);
    assert_int_equal(c->present, TRI_YES);
    const struct kvspace *serve = view_record(TABLE_KVSPACE, "ns/serve"),
                         *none = view_record(TABLE_KVSPACE, "ns/(none)");
    assert_int_equal(serve->fields.value, 1);
    assert_int_equal(none->bytes.value, 1);
    /* one size that nobody told makes the sum unknown */
    const struct kvspace *fun = view_record(TABLE_KVSPACE, "ns/fun");
    const struct gcstable *t = view_record(TABLE_GCSTABLE, "ns/KV");
    assert_false(fun->bytes.known);
    assert_false(t->bytes.known);
    assert_int_equal(t->fields.value, 3);
    assert_string_equal(t->list[0].name, "@namespace_fun:a");
    assert_false(t->list[0].bytes.known);
}

static void test_one_hash(void **state)
{
    (void)state;
    struct gcs_hash *h = hash_new("ns", GCS_ONE_HASH);
    assert_int_equal(h->ns->age, GCS_AGE_UNKNOWN);
    gcs_view_begin(h);
    hash_put(h, "ns@NODE:\x01", HOST("a"), 10);
    hash_put(h, "ns@PLACEMENT_GROUP:\x02", "\x28\x01", 10);
    hash_put(h, "ns@:JobCounter", "1", 10);
    hash_put(h, "other@NODE:\x03", HOST("a"), 10);
    gcs_view_end(&view, h, 10);
    assert_int_equal(world_count(world, TABLE_RAYNODE), 1);
    assert_int_equal(world_count(world, TABLE_GCSTABLE), 2);
    const struct pgroup *p = view_record(TABLE_PGROUP, "ns/02");
    assert_null(p->state);
    /* once the version is known, the same bytes mean something */
    h->ns->age = GCS_BEFORE_PREPARED;
    gcs_view_begin(h);
    hash_put(h, "ns@NODE:\x01", HOST("a"), 20);
    hash_put(h, "ns@PLACEMENT_GROUP:\x02", "\x28\x01", 20);
    gcs_view_end(&view, h, 20);
    p = view_record(TABLE_PGROUP, "ns/02");
    assert_string_equal(p->state, "CREATED");
}

/* Ray was upgraded: the older hash stays in Redis, and is no GCS any more. */
static void test_both_layouts(void **state)
{
    (void)state;
    struct gcs_hash *h = hash_new("ns", GCS_ONE_HASH);
    gcs_view_begin(h);
    hash_put(h, "ns@NODE:\x01", HOST("a"), 10);
    gcs_view_end(&view, h, 10);
    assert_non_null(hash_new("RAYns@NODE", GCS_HASH_A_TABLE));
    assert_null(view_record(TABLE_RAYNODE, "ns/01"));
    assert_null(gcs_view_find(&view, "ns", 2));
    assert_null(hash_new("ns", GCS_ONE_HASH));
    assert_int_equal(view.ns_count, 1);
}

static void test_limits(void **state)
{
    (void)state;
    char name[32];
    struct gcs_hash *h = hash_new("RAYns@WORKERS", GCS_HASH_A_TABLE);
    gcs_view_begin(h);
    for (int i = 0; i < GCS_ROWS_MAX + 5; i++) {
        snprintf(name, sizeof name, "%06d", i);
        hash_put(h, name, "", 10);
    }
    gcs_view_end(&view, h, 10);
    assert_non_null(view_record(TABLE_GCSTABLE, "ns/WORKERS")); /* there is always room for the table itself */
    assert_true(dropped >= 5);
    assert_int_equal(world_count(world, TABLE_RAYWORKER) + dropped, GCS_ROWS_MAX + 5);
    for (int i = 0; i < GCS_NAMESPACES_MAX + 5; i++) {
        snprintf(name, sizeof name, "RAYn%d@KV", i);
        (void)hash_new(name, GCS_HASH_A_TABLE);
    }
    assert_int_equal(view.ns_count, GCS_NAMESPACES_MAX);
    assert_null(hash_new("plain", GCS_HASH_A_TABLE));
    assert_null(hash_new("", GCS_ONE_HASH));
}

static void field_of_state(struct gcs_hash *h, int i, const char *value)
{
    char name[32];
    snprintf(name, sizeof name, "%028d", i);
    hash_put(h, name, value, 10);
}

/* Seven hashes of any size take 64 MB of memory at most, world included; none starves another, the dead not the living,
 * and what is left out is counted. */
static void test_memory_is_bounded(void **state)
{
    enum { FIELDS = 200000, BOUND = 48 * 1024 * 1024, ALIVE_AT = FIELDS - 100 };
    static const char *const keys[] = {"RAYns@WORKERS",         "RAYns@ACTOR", "RAYns@NODE",           "RAYns@JOB",
                                       "RAYns@PLACEMENT_GROUP", "RAYns@KV",    "RAYns@ACTOR_TASK_SPEC"};
    (void)state;
    const size_t before = mallinfo2().uordblks;
    size_t most = 0;
    for (size_t k = 0; k < ARRAY_LEN(keys); k++) {
        struct gcs_hash *h = hash_new(keys[k], GCS_HASH_A_TABLE);
        gcs_view_begin(h);
        /* state, an actor's field 6: 4 is DEAD, 2 is ALIVE */
        for (int i = 0; i < FIELDS; i++) field_of_state(h, i, k != 1 ? "" : i >= ALIVE_AT ? "\x30\x02" : "\x30\x04");
        gcs_view_end(&view, h, 10);
        const size_t now = mallinfo2().uordblks;
        if (now > most) most = now;
    }
    assert_true(most - before <= BOUND);
    assert_true(view.memory <= GCS_MEMORY_MAX);
    assert_true(dropped > 0);
    static const enum table tables[] = {TABLE_RAYWORKER, TABLE_ACTOR, TABLE_RAYNODE, TABLE_JOB, TABLE_PGROUP};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) assert_true(world_count(world, tables[i]) > 0);
    size_t alive = 0;
    WORLD_EACH (row, world, TABLE_ACTOR) alive += strcmp(ROW(row, actor)->state, "ALIVE") == 0;
    assert_int_equal(alive, 100);
    gcs_view_drop(&view, gcs_view_find(&view, "RAYns@ACTOR", strlen("RAYns@ACTOR")));
    for (size_t k = 0; k < ARRAY_LEN(keys); k++)
        if (k != 1) gcs_view_drop(&view, gcs_view_find(&view, keys[k], strlen(keys[k])));
    assert_int_equal(view.memory, 0);
}

static void test_only_counted(void **state)
{
    (void)state;
    struct gcs_hash *h = hash_new("RAYns@ACTOR", GCS_HASH_A_TABLE);
    gcs_view_count(&view, h, 77, 10);
    gcs_view_count(&view, h, 77, 20);
    assert_int_equal(told, 1);
    const struct gcstable *t = view_record(TABLE_GCSTABLE, "ns/ACTOR");
    assert_int_equal(t->fields.value, 77);
    assert_false(t->bytes.known);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, view_setup, view_teardown)
    const struct CMUnitTest tests[] = {
        T(test_only_what_changed), T(test_unreadable),   T(test_drop),   T(test_kv),
        T(test_one_hash),          T(test_both_layouts), T(test_limits), T(test_only_counted),
        T(test_memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
