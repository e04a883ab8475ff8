/* backoff_test.c - When something is tried again, and how much may be asked: back-off, budgets, and cycles of tokens.
 */
#include "backends/base/cycle.h"
#include "backends/base/mem.h"
#include "backends/link/backoff.h"
#include "backends/link/budget.h"
#include "backends/link/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- back-off ---- */

static void waiting_doubles_with_a_jitter(void **state)
{
    (void)state;
    struct backoff b, same;
    uint32_t base = 250;
    backoff_init(&b, 250, 15000, 42);
    backoff_init(&same, 250, 15000, 42);
    for (int i = 0; i < 20; i++) {
        uint32_t delay = backoff_next(&b, 1000);
        assert_true(delay >= base / 2 && delay <= base + base / 2);
        assert_int_equal(delay, backoff_next(&same, 1000));
        base = base * 2 > 15000 ? 15000 : base * 2;
    }
    assert_int_equal(b.tries, 20);
    backoff_reset(&b);
    assert_int_equal(b.tries, 0);
    assert_true(backoff_next(&b, 1000) <= 250 + 250 / 2);
    backoff_init(&b, 0, 0, 0);
    assert_int_equal(backoff_next(&b, 1000), 0);
}

static void it_falls_after_health_and_not_at_a_greeting(void **state)
{
    (void)state;
    struct backoff b;
    uint64_t now = 1000;
    backoff_init(&b, 250, 15000, 7);
    for (int i = 0; i < 12; i++) {
        backoff_works(&b, now);
        now += BACKOFF_HEALTHY_MS - 1; /* just not long enough */
        (void)backoff_next(&b, now);
    }
    assert_int_equal(b.next_ms, 15000);
    now += 10 * BACKOFF_HEALTHY_MS; /* waiting is not health */
    assert_true(backoff_next(&b, now) >= 7500);
    backoff_works(&b, now);
    backoff_works(&b, now + BACKOFF_HEALTHY_MS - 1); /* counted from the first time */
    assert_false(backoff_is_healthy(&b, now + BACKOFF_HEALTHY_MS - 1));
    now += BACKOFF_HEALTHY_MS;
    assert_true(backoff_is_healthy(&b, now));
    assert_true(backoff_next(&b, now) <= 375);
    assert_int_equal(b.tries, 1);
}

/* Tries of what breaks at once: at most 2 a second from the start, and few after half a minute. */
static void what_breaks_at_once_is_tried_seldom(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 500; seed++) {
        struct backoff b;
        uint64_t now = 1000;
        unsigned tries = 0, late = 0;
        backoff_init(&b, 250, 10000, seed * 2654435761u);
        while (now < 1000 + 300000) {
            backoff_works(&b, now);
            now += backoff_next(&b, now);
            tries++;
            late += now > 31000;
        }
        assert_true(tries <= 70);
        assert_true(late <= 60); /* in 270 s */
    }
}

/* An API server restarts: a hundred consoles lose their watches in the same millisecond. */
static void consoles_come_back_at_different_moments(void **state)
{
    (void)state;
    enum { CONSOLES = 100, SLOTS = 26, SLOT_MS = 10 };
    unsigned in_slot[SLOTS] = {0}, most = 0;
    for (int i = 0; i < CONSOLES; i++) {
        struct loop *l = loop_new();
        struct backoff b;
        backoff_init(&b, 250, 15000, loop_random(l));
        uint32_t delay = backoff_next(&b, 1000);
        unsigned slot = (delay - 125) / SLOT_MS;
        assert_true(delay >= 125 && slot < SLOTS);
        if (++in_slot[slot] > most) most = in_slot[slot];
        loop_free(l);
    }
    assert_true(most <= 20); /* 4 on average; all hundred with the same seed */
}

static void a_seed_that_is_given_repeats(void **state)
{
    (void)state;
    struct loop *a = loop_new(), *b = loop_new();
    loop_seed(a, 42);
    loop_seed(b, 42);
    uint32_t first = loop_random(a);
    assert_int_equal(first, loop_random(b));
    assert_int_not_equal(first, loop_random(a)); /* two sources of one console do not wait alike */
    loop_free(a);
    loop_free(b);
}

/* ---- budgets ---- */

static const struct budget_rate rates[BUDGET_KINDS] = {
    [BUDGET_CONNECTIONS] = {1, 10}, [BUDGET_REQUESTS] = {100, 100}, [BUDGET_BYTES] = {1000, 1000}};

static void what_was_spent_comes_back_with_time(void **state)
{
    (void)state;
    struct budget b;
    enum budget_kind kind = BUDGET_KINDS;
    budget_init(&b, rates, 5000);
    assert_int_equal(budget_wait(&b, 5000, NULL), 0);
    budget_spend(&b, BUDGET_REQUESTS, 100);
    assert_in_range(budget_wait(&b, 5000, &kind), 1, 20);
    assert_int_equal(kind, BUDGET_REQUESTS);
    assert_int_equal(budget_wait(&b, 5050, NULL), 0);
    budget_spend(&b, BUDGET_BYTES, 4000); /* three seconds' bytes more than there are */
    assert_in_range(budget_wait(&b, 5060, &kind), 2900, 3010);
    assert_int_equal(kind, BUDGET_BYTES);
    assert_int_equal(budget_wait(&b, 8100, NULL), 0);
    budget_spend(&b, BUDGET_CONNECTIONS, 11);
    for (int i = 0; i < 100; i++) (void)budget_wait(&b, 8100 + (uint64_t)i, NULL); /* crumbs add up */
    assert_in_range(budget_wait(&b, 8200, &kind), 1, 1000);
    assert_int_equal(budget_wait(&b, 8102, NULL), budget_wait(&b, 8200, NULL)); /* a clock that stood still */
    assert_int_equal(budget_wait(&b, UINT64_MAX / 2, NULL), 0);
    budget_spend(&b, BUDGET_REQUESTS, 100); /* a long sleep filled it, and no more than that */
    assert_true(budget_wait(&b, UINT64_MAX / 2, NULL) > 0);
}

static void a_rate_of_zero_is_unlimited(void **state)
{
    (void)state;
    static const struct budget_rate none[BUDGET_KINDS] = {{0, 0}};
    struct budget b;
    budget_init(&b, none, 0);
    for (int i = 0; i < BUDGET_KINDS; i++) budget_spend(&b, (enum budget_kind)i, UINT64_MAX);
    assert_int_equal(budget_wait(&b, 1, NULL), 0);
}

static void the_long_run_is_the_rate(void **state)
{
    (void)state;
    struct budget b;
    unsigned spent = 0;
    budget_init(&b, rates, 0);
    for (uint64_t now = 1; now <= 60000; now++) {
        if (budget_wait(&b, now, NULL)) continue;
        budget_spend(&b, BUDGET_CONNECTIONS, 1);
        spent++;
    }
    assert_in_range(spent, 60, 10 + 60 + 1);
}

static void limits_are_worded(void **state)
{
    (void)state;
    struct budget b;
    char text[BUDGET_TEXT_MAX];
    budget_init(&b, rates, 0);
    assert_string_equal(budget_words(&b, BUDGET_CONNECTIONS, text), "1 connections/s");
    assert_string_equal(budget_words(&b, BUDGET_REQUESTS, text), "100 requests/s");
    assert_string_equal(budget_words(&b, BUDGET_BYTES, text), "1000 bytes/s");
    b.rate[BUDGET_BYTES].rate = 4 * 1024 * 1024;
    assert_string_equal(budget_words(&b, BUDGET_BYTES, text), "4 MiB/s");
}

/* ---- cycles ---- */

/* Tokens until the cycle is found, of a sequence with `before` others first; 0: never. */
static unsigned found_after(unsigned before, unsigned length)
{
    struct cycle c;
    unsigned found = 0;
    cycle_init(&c);
    for (unsigned i = 0; i < 4 * (before + length) + 8 && !found; i++) {
        char token[16];
        snprintf(token, sizeof token, "%u", i < before ? i : before + (i - before) % length);
        if (cycle_is_closed(&c, token, strlen(token))) found = i + 1;
    }
    cycle_done(&c);
    return found;
}

static void cycles_of_any_length_are_found(void **state)
{
    (void)state;
    static const unsigned befores[] = {0, 1, 5, 100}, lengths[] = {1, 2, 3, 7, 64, 1000};
    for (size_t i = 0; i < ARRAY_LEN(befores); i++)
        for (size_t j = 0; j < ARRAY_LEN(lengths); j++) {
            unsigned n = found_after(befores[i], lengths[j]);
            assert_true(n > befores[i] + lengths[j] && n <= 3 * (befores[i] + lengths[j]) + 3);
        }
}

static void what_does_not_repeat_goes_on(void **state)
{
    (void)state;
    struct cycle c;
    cycle_init(&c);
    for (unsigned i = 0; i < 10000; i++) {
        char token[16];
        snprintf(token, sizeof token, "%u", i);
        assert_false(cycle_is_closed(&c, token, strlen(token)));
    }
    cycle_done(&c);
    assert_false(cycle_is_closed(&c, "9999", 4));
    cycle_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waiting_doubles_with_a_jitter),
        cmocka_unit_test(it_falls_after_health_and_not_at_a_greeting),
        cmocka_unit_test(what_breaks_at_once_is_tried_seldom),
        cmocka_unit_test(consoles_come_back_at_different_moments),
        cmocka_unit_test(a_seed_that_is_given_repeats),
        cmocka_unit_test(what_was_spent_comes_back_with_time),
        cmocka_unit_test(a_rate_of_zero_is_unlimited),
        cmocka_unit_test(the_long_run_is_the_rate),
        cmocka_unit_test(limits_are_worded),
        cmocka_unit_test(cycles_of_any_length_are_found),
        cmocka_unit_test(what_does_not_repeat_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
