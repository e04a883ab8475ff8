/* fifo_test.c - a bounded queue: its order, its limit, what it drops, and where a time lies in it. */
#include "backends/base/fifo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct item {
    uint64_t at_ms;
    int value;
};

static void item_push(struct fifo *f, uint64_t at_ms, int value)
{
    struct item *i = fifo_push(f);
    assert_int_equal(i->value, 0);
    *i = (struct item){at_ms, value};
}

static void the_oldest_are_dropped_and_counted(void **state)
{
    struct fifo f;
    (void)state;
    fifo_init(&f, sizeof(struct item), 100);
    assert_null(fifo_last(&f));
    for (int i = 0; i < 1000; i++) {
        item_push(&f, (uint64_t)i, i + 1);
        assert_int_equal(((struct item *)fifo_last(&f))->value, i + 1);
        assert_int_equal(((struct item *)fifo_at(&f, 0))->value, i < 100 ? 1 : i - 98);
    }
    assert_int_equal(f.count, 100);
    assert_int_equal(f.dropped, 900);
    assert_true(f.capacity <= 512);
    fifo_shift(&f, 40);
    assert_int_equal(((struct item *)fifo_at(&f, 0))->value, 941);
    fifo_shift(&f, 1000);
    assert_int_equal(f.count, 0);
    assert_int_equal(f.dropped, 900);
    item_push(&f, 1, 7);
    assert_int_equal(((struct item *)fifo_at(&f, 0))->value, 7);
    fifo_done(&f);
}

static void a_time_is_found(void **state)
{
    struct fifo f;
    (void)state;
    fifo_init(&f, sizeof(struct item), 50);
    assert_int_equal(fifo_until(&f, 5), 0);
    for (uint64_t at = 10; at <= 100; at += 10) item_push(&f, at, 1);
    fifo_shift(&f, 2); /* 30 … 100 */
    assert_int_equal(fifo_until(&f, 29), 0);
    assert_int_equal(fifo_until(&f, 30), 1);
    assert_int_equal(fifo_until(&f, 39), 1);
    assert_int_equal(fifo_until(&f, UINT64_MAX), 8);
    fifo_done(&f);
}

static void one_is_inserted_by_its_time(void **state)
{
    static const uint64_t at[] = {50, 10, 30, 20, 40, 30};
    struct fifo f;
    uint64_t before = 0;
    (void)state;
    fifo_init(&f, sizeof(struct item), 5);
    for (size_t i = 0; i < 6; i++) {
        struct item *item = fifo_insert(&f, at[i]);
        assert_non_null(item);
        *item = (struct item){at[i], (int)i};
    }
    assert_int_equal(f.count, 5);
    assert_int_equal(f.dropped, 1); /* 10 */
    for (size_t i = 0; i < f.count; i++) {
        const struct item *item = fifo_at(&f, i);
        assert_true(item->at_ms >= before && item->at_ms >= 20);
        before = item->at_ms;
    }
    assert_int_equal(((struct item *)fifo_at(&f, 2))->value, 5); /* the later of two of the same time */
    assert_null(fifo_insert(&f, 5));
    assert_int_equal(f.dropped, 2);
    fifo_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_are_dropped_and_counted),
        cmocka_unit_test(a_time_is_found),
        cmocka_unit_test(one_is_inserted_by_its_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
