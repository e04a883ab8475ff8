/* cleanup_fields_test.c - how many GCS fields a clean-up takes for known, by the clock that the world's times are of.
 */
#include "backends/base/mem.h"
#include "backends/link/clock.h"
#include "deploy/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MINUTE_MS = 60000 };

struct fixture {
    struct loop *loop;
    struct clock *clock;
    struct world *world;
};

static void object_put(struct fixture *f, struct change *c)
{
    c->at_ms = clock_now_ms(f->clock);
    world_apply(f->world, c);
    change_free(c);
}

static void put_table(struct fixture *f, const char *ns, const char *key, uint64_t fields)
{
    struct gcstable *t = record_new(TABLE_GCSTABLE, key);
    record_set(&t->ns, ns);
    t->fields = known_u64(fields);
    object_put(f, change_put("redis", WORLD_REDIS, &t->record));
}

static int fixture_open(void **state)
{
    struct fixture *f = mem_zero(1, sizeof *f);
    f->loop = loop_new();
    f->clock = loop_clock(f->loop);
    f->world = world_new();
    object_put(f, change_source("redis", WORLD_REDIS, SOURCE_LIVE, ERR_OK, NULL, NULL));
    object_put(f, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    put_table(f, "one", "a", 3);
    put_table(f, "one", "b", 4);
    put_table(f, "two", "c", 5);
    *state = f;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *f = *state;
    world_free(f->world);
    loop_free(f->loop);
    free(f);
    return 0;
}

static void fields_are_summed_by_namespace(void **state)
{
    struct fixture *f = *state;
    const uint64_t now_ms = clock_now_ms(f->clock);
    assert_int_equal(cleanup_gcs_fields(f->world, "one", now_ms).value, 7);
    assert_int_equal(cleanup_gcs_fields(f->world, NULL, now_ms).value, 12);
    assert_true(cleanup_gcs_fields(f->world, "none", now_ms).known);
    struct gcstable *t = record_new(TABLE_GCSTABLE, "d");
    record_set(&t->ns, "two");
    object_put(f, change_put("redis", WORLD_REDIS, &t->record));
    assert_false(cleanup_gcs_fields(f->world, "two", now_ms).known); /* one table was not counted yet */
    assert_true(cleanup_gcs_fields(f->world, "one", now_ms).known);
}

/* A Redis that has been silent on the session's clock proves nothing, however little time has passed on another. */
static void a_silent_redis_is_not_known(void **state)
{
    struct fixture *f = *state;
    clock_advance(f->clock, 10 * MINUTE_MS);
    assert_false(cleanup_gcs_fields(f->world, "one", clock_now_ms(f->clock)).known);
    object_put(f, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS));
    assert_int_equal(cleanup_gcs_fields(f->world, "one", clock_now_ms(f->clock)).value, 7);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {T(fields_are_summed_by_namespace), T(a_silent_redis_is_not_known)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
