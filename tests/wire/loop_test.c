/* loop_test.c - Alarms and clocks. */
#include "backends/base/mem.h"
#include "backends/link/loop.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct bell {
    struct loop *loop;
    struct alarm *alarm;
    unsigned rings;
    uint64_t at_ms;
    bool free_it, stop_loop;
};

static void on_ring(void *arg)
{
    struct bell *b = arg;
    b->rings++;
    b->at_ms = loop_now_ms();
    if (b->stop_loop) loop_stop(b->loop);
    if (!b->free_it) return;
    alarm_free(b->alarm);
    b->alarm = NULL;
}

static void an_alarm_rings_no_sooner_than_it_was_set(void **state)
{
    (void)state;
    struct bell b = {.loop = loop_new()};
    b.alarm = alarm_new(b.loop, on_ring, &b);
    assert_false(alarm_is_set(b.alarm));
    uint64_t begin = loop_now_ms();
    alarm_set(b.alarm, 30, 0);
    assert_true(alarm_is_set(b.alarm));
    while (b.rings == 0 && loop_now_ms() < begin + DEADLINE_MS) loop_step(b.loop, 1000);
    assert_int_equal(b.rings, 1);
    assert_true(b.at_ms >= begin + 29);
    assert_false(alarm_is_set(b.alarm));
    alarm_free(b.alarm);
    alarm_free(NULL);
    loop_free(b.loop);
    loop_free(NULL);
}

static void an_alarm_may_be_freed_while_it_rings(void **state)
{
    (void)state;
    struct bell b = {.loop = loop_new(), .free_it = true};
    b.alarm = alarm_new(b.loop, on_ring, &b);
    alarm_set(b.alarm, 0, 1);
    STEP_UNTIL(b.loop, b.rings > 0);
    for (int i = 0; i < 5; i++) loop_step(b.loop, 2);
    assert_int_equal(b.rings, 1);
    loop_free(b.loop);
}

static void ring_again(void *arg)
{
    struct bell *b = arg;
    b->rings++;
    if (b->rings < 1000000) alarm_set(b->alarm, 0, 0);
}

static void an_alarm_that_sets_itself_lets_the_others_ring(void **state)
{
    (void)state;
    struct bell busy = {.loop = loop_new()}, other = {.loop = busy.loop};
    busy.alarm = alarm_new(busy.loop, ring_again, &busy);
    other.alarm = alarm_new(busy.loop, on_ring, &other);
    alarm_set(busy.alarm, 0, 0);
    alarm_set(other.alarm, 5, 0);
    STEP_UNTIL(busy.loop, other.rings > 0 || busy.rings >= 1000000);
    assert_int_equal(other.rings, 1);
    assert_true(busy.rings < 1000000);
    alarm_free(busy.alarm);
    alarm_free(other.alarm);
    loop_free(busy.loop);
}

static void an_alarm_repeats_until_it_is_stopped(void **state)
{
    (void)state;
    struct bell b = {.loop = loop_new()};
    b.alarm = alarm_new(b.loop, on_ring, &b);
    alarm_set(b.alarm, 1, 1);
    STEP_UNTIL(b.loop, b.rings >= 3);
    assert_true(b.rings >= 3);
    alarm_stop(b.alarm);
    unsigned rings = b.rings;
    for (int i = 0; i < 3; i++) loop_step(b.loop, 3);
    assert_int_equal(b.rings, rings);
    alarm_free(b.alarm);
    loop_free(b.loop);
}

static void a_step_waits_no_longer_than_it_may(void **state)
{
    (void)state;
    struct bell b = {.loop = loop_new()};
    assert_false(loop_step(b.loop, 60000)); /* nothing to wait for */
    b.alarm = alarm_new(b.loop, on_ring, &b);
    alarm_set(b.alarm, 60000, 0);
    uint64_t begin = loop_now_ms();
    assert_true(loop_step(b.loop, 20));
    assert_true(loop_now_ms() - begin < 60000);
    assert_int_equal(b.rings, 0);
    alarm_free(b.alarm);
    loop_free(b.loop);
}

static void a_loop_runs_until_it_is_stopped(void **state)
{
    (void)state;
    struct bell b = {.loop = loop_new(), .stop_loop = true};
    b.alarm = alarm_new(b.loop, on_ring, &b);
    alarm_set(b.alarm, 1, 1);
    loop_run(b.loop);
    assert_int_equal(b.rings, 1);
    alarm_free(b.alarm);
    loop_free(b.loop);
}

/* By the machine's own clock, however long that was. */
static uint64_t passed_since(uint64_t local_wall_ms)
{
    return loop_local_wall_ms() - local_wall_ms;
}

/* A Date is a whole second, cut: only what cannot be that second moves our clock, and only to its edge. */
static void the_wall_clock_is_that_of_the_servers(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    const uint64_t before = loop_wall_ms(l), second = before / 1000 * 1000;
    loop_sync_date(l, second);
    uint64_t wall = loop_wall_ms(l);
    assert_true(wall <= before + passed_since(before));

    loop_sync_date(l, second + 60000);
    wall = loop_wall_ms(l);
    assert_true(wall >= second + 60000 && wall <= second + 60000 + passed_since(before));
    loop_sync_date(l, second + 60000);
    loop_sync_date(l, second + 59000);
    wall = loop_wall_ms(l);
    assert_true(wall >= second + 60000 && wall <= second + 60000 + passed_since(before));

    loop_sync_date(l, second - 60000);
    wall = loop_wall_ms(l);
    assert_true(wall >= second - 60000 + 1000 && wall <= second - 60000 + 1500 + passed_since(before));
    loop_free(l);
}

static void statuses_have_their_err(void **state)
{
    (void)state;
    assert_int_equal(loop_err(0), ERR_OK);
    assert_int_equal(loop_err(5), ERR_OK);
    assert_int_equal(loop_err(UV_ECONNREFUSED), ERR_REFUSED);
    assert_int_equal(loop_err(UV_EOF), ERR_RESET);
    assert_int_equal(loop_err(UV_ETIMEDOUT), ERR_TIMEOUT);
    assert_int_equal(loop_err(UV_EAI_NONAME), ERR_DNS);
    assert_int_equal(loop_err(UV_ENOMEM), ERR_EXHAUSTED);
    assert_int_equal(loop_err(UV_EMFILE), ERR_EXHAUSTED);
    assert_int_equal(loop_err(UV_EIO), ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_rings_no_sooner_than_it_was_set),
        cmocka_unit_test(an_alarm_may_be_freed_while_it_rings),
        cmocka_unit_test(an_alarm_that_sets_itself_lets_the_others_ring),
        cmocka_unit_test(an_alarm_repeats_until_it_is_stopped),
        cmocka_unit_test(a_step_waits_no_longer_than_it_may),
        cmocka_unit_test(a_loop_runs_until_it_is_stopped),
        cmocka_unit_test(the_wall_clock_is_that_of_the_servers),
        cmocka_unit_test(statuses_have_their_err),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
