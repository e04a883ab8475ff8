/* clock_test.c - a clock that tells the machine's time until it is set, and the alarms that go by it. */
#include "backends/link/clock.h"

#include "backends/link/loop.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE_MS = 60 * 1000, BELLS = 3 };

/* Writes down who rang when. */
struct fixture {
    struct loop *loop;
    struct clock *clock;
    char log[256];
    struct bell {
        struct fixture *all;
        struct alarm *alarm;
        char name;
        uint64_t again_ms; /* sets itself so; 0: it does not */
        struct bell *frees;
    } bells[BELLS];
};

static void on_ring(void *arg)
{
    struct bell *b = arg;
    struct fixture *f = b->all;
    const size_t len = strlen(f->log);
    snprintf(f->log + len, sizeof f->log - len, "%s%c@%d/%d", len ? " " : "", b->name, (int)clock_now_ms(f->clock),
             (int)clock_wall_ms(f->clock));
    if (b->again_ms) alarm_set(b->alarm, b->again_ms, 0);
    if (!b->frees) return;
    alarm_free(b->frees->alarm);
    b->frees->alarm = NULL;
}

static void fixture_open(struct fixture *f)
{
    *f = (struct fixture){.loop = loop_new()};
    f->clock = loop_clock(f->loop);
    for (int i = 0; i < BELLS; i++) {
        f->bells[i] = (struct bell){.all = f, .name = (char)('a' + i)};
        f->bells[i].alarm = clock_alarm_new(f->clock, on_ring, &f->bells[i]);
    }
}

static void fixture_close(struct fixture *f)
{
    for (int i = 0; i < BELLS; i++) alarm_free(f->bells[i].alarm);
    loop_free(f->loop);
}

static void it_tells_the_machines_time_until_it_is_set(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    const uint64_t before = loop_now_ms();
    const uint64_t now = clock_now_ms(f.clock);
    assert_true(now >= before && now <= loop_now_ms());
    const uint64_t wall = loop_wall_ms(f.loop);
    assert_true(clock_wall_ms(f.clock) - wall < DEADLINE_MS);
    loop_sync_date(f.loop, wall + MINUTE_MS);
    assert_true(clock_wall_ms(f.clock) >= wall + MINUTE_MS - 1000);
    assert_true(clock_local_wall_ms(f.clock) < wall + MINUTE_MS - 1000);
    clock_set(f.clock, 5000, 7000);
    assert_int_equal(clock_now_ms(f.clock), 5000);
    assert_int_equal(clock_wall_ms(f.clock), 7000);
    assert_int_equal(clock_local_wall_ms(f.clock), 7000);
    assert_int_equal(loop_wall_ms(f.loop), 7000);
    loop_sync_date(f.loop, wall); /* no server moves it any more */
    assert_int_equal(clock_wall_ms(f.clock), 7000);
    clock_advance(f.clock, 10);
    assert_int_equal(clock_now_ms(f.clock), 5010);
    assert_int_equal(clock_wall_ms(f.clock), 7010);
    fixture_close(&f);
}

static void its_alarms_ring_by_the_loop_while_the_machine_tells_the_time(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    alarm_set(f.bells[0].alarm, 1, 0);
    STEP_UNTIL(f.loop, f.log[0]);
    assert_int_equal(f.log[0], 'a');
    assert_false(alarm_is_set(f.bells[0].alarm));
    fixture_close(&f);
}

static void alarms_ring_in_the_order_of_their_times(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    clock_set(f.clock, 1000, 50000);
    alarm_set(f.bells[0].alarm, 30, 0);
    alarm_set(f.bells[1].alarm, 10, 20);
    alarm_set(f.bells[2].alarm, 5000, 0);
    for (int i = 0; i < 5; i++) loop_step(f.loop, 20); /* the machine's time moves none of them */
    assert_string_equal(f.log, "");
    clock_set(f.clock, 1009, 50009);
    assert_string_equal(f.log, "");
    clock_set(f.clock, 1060, 50060);
    assert_string_equal(f.log, "b@1010/50010 a@1030/50030 b@1030/50030 b@1050/50050");
    assert_int_equal(clock_now_ms(f.clock), 1060);
    assert_false(alarm_is_set(f.bells[0].alarm));
    assert_true(alarm_is_set(f.bells[1].alarm));
    alarm_stop(f.bells[1].alarm);
    assert_false(alarm_is_set(f.bells[1].alarm));
    f.log[0] = '\0';
    clock_set(f.clock, 7000, 56000);
    assert_string_equal(f.log, "c@6000/55000");
    fixture_close(&f);
}

/* What was set before the clock was goes on by it. */
static void an_alarm_that_was_set_before_rings_by_the_clock(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    alarm_set(f.bells[0].alarm, MINUTE_MS, 0);
    clock_set(f.clock, 1000, 1000);
    assert_true(alarm_is_set(f.bells[0].alarm));
    clock_advance(f.clock, MINUTE_MS - 1000);
    assert_string_equal(f.log, "");
    clock_advance(f.clock, 1000);
    assert_int_equal(f.log[0], 'a');
    fixture_close(&f);
}

/* An alarm that sets itself does not hold the clock, and one may free another that is due. */
static void a_ring_may_set_and_free(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    clock_set(f.clock, 0, 0);
    f.bells[0].again_ms = 4;
    f.bells[1].frees = &f.bells[2];
    alarm_set(f.bells[0].alarm, 4, 0);
    alarm_set(f.bells[1].alarm, 6, 0);
    alarm_set(f.bells[2].alarm, 7, 0);
    clock_set(f.clock, 12, 12);
    assert_string_equal(f.log, "a@4/4 b@6/6 a@8/8 a@12/12");
    fixture_close(&f);
}

static void on_busy(void *arg)
{
    struct bell *b = arg;
    b->again_ms++;
    alarm_set(b->alarm, 0, 0);
}

static void an_alarm_set_to_now_lets_the_clock_go_on(void **state)
{
    (void)state;
    struct bell b = {.again_ms = 0};
    struct loop *l = loop_new();
    clock_set(loop_clock(l), 0, 0);
    b.alarm = clock_alarm_new(loop_clock(l), on_busy, &b);
    alarm_set(b.alarm, 0, 0);
    clock_set(loop_clock(l), 100, 100);
    assert_int_equal(b.again_ms, 101);
    alarm_free(b.alarm);
    loop_free(l);
}

/* A replay that seeks back: what waits for a moment that was an hour later does not wait for an hour. */
static void on_the_way_back_no_alarm_waits_longer_than_it_was_set_for(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    clock_set(f.clock, 60 * MINUTE_MS, 60 * MINUTE_MS);
    alarm_set(f.bells[0].alarm, 20, 0);
    clock_set(f.clock, 1000, 1000);
    assert_string_equal(f.log, "");
    clock_set(f.clock, 1020, 1020);
    assert_string_equal(f.log, "a@1020/1020");
    fixture_close(&f);
}

/* Whoever asks first for a later instant does not make others wait, and the other way round. */
static void of_two_instants_the_earlier_one_stands(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    clock_set(f.clock, 1000, 1000);
    alarm_set_by(f.bells[0].alarm, 500);
    alarm_set_by(f.bells[0].alarm, 20);
    alarm_set_by(f.bells[1].alarm, 20);
    alarm_set_by(f.bells[1].alarm, 500);
    clock_set(f.clock, 2000, 2000);
    assert_string_equal(f.log, "a@1020/1020 b@1020/1020");
    fixture_close(&f);
}

static void of_two_instants_the_earlier_one_stands_by_the_loop_too(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f);
    alarm_set_by(f.bells[0].alarm, 60 * MINUTE_MS);
    alarm_set_by(f.bells[0].alarm, 1);
    alarm_set_by(f.bells[0].alarm, 60 * MINUTE_MS);
    STEP_UNTIL(f.loop, f.log[0]);
    assert_int_equal(f.log[0], 'a');
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_tells_the_machines_time_until_it_is_set),
        cmocka_unit_test(its_alarms_ring_by_the_loop_while_the_machine_tells_the_time),
        cmocka_unit_test(alarms_ring_in_the_order_of_their_times),
        cmocka_unit_test(an_alarm_that_was_set_before_rings_by_the_clock),
        cmocka_unit_test(a_ring_may_set_and_free),
        cmocka_unit_test(an_alarm_set_to_now_lets_the_clock_go_on),
        cmocka_unit_test(of_two_instants_the_earlier_one_stands),
        cmocka_unit_test(of_two_instants_the_earlier_one_stands_by_the_loop_too),
        cmocka_unit_test(on_the_way_back_no_alarm_waits_longer_than_it_was_set_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
