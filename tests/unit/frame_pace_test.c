/* frame_pace_test.c - how often a console at rest draws, and that news is not held up. */
#include "tui/frame_pace.h"

#include "backends/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MINUTE = 60000 };

static struct change *probe_change(const char *phase)
{
    struct request *r = record_new(TABLE_REQUEST, "probe-1");
    record_set(&r->kind, "probe");
    record_set(&r->phase, phase);
    return change_put("probe", WORLD_SERVE, &r->record);
}

static uint64_t due_of(struct frame_pace *p, struct change *c, bool outage, uint64_t now)
{
    uint64_t due = frame_pace_due(p, c, outage, now);
    change_free(c);
    return due;
}

/* What a service of three pods says in a minute: heartbeats, samples, probes, proofs of life. */
static void a_console_at_rest_draws_twice_a_second(void **state)
{
    (void)state;
    struct frame_pace p = {0};
    uint64_t due = 0;
    unsigned frames = 0;
    for (uint64_t now = 0; now < MINUTE; now += 10) {
        if (due && now >= due) {
            frame_pace_drawn(&p);
            frames++;
            due = 0;
        }
        uint64_t at = now % 1000;
        struct change *c = at == 0     ? probe_change("waiting")
                           : at == 20  ? probe_change("ok")
                           : at == 310 ? change_put("redis", WORLD_REDIS, record_new(TABLE_REDIS, "redis"))
                           : at == 450 ? change_put("neuron/1", WORLD_NEURON, record_new(TABLE_MONITOR, "neuron/1"))
                           : at == 460 ? change_put("neuron/1", WORLD_NEURON, record_new(TABLE_CORE, "neuron/1/0"))
                           : at == 700 ? change_new(CHANGE_ALIVE, "serve", WORLD_SERVE)
                                       : NULL;
        if (c) due = due_of(&p, c, false, now);
    }
    assert_in_range(frames, 30, 2 * MINUTE / 1000);
}

static void news_is_drawn_at_once(void **state)
{
    (void)state;
    struct frame_pace p = {0};
    assert_int_equal(due_of(&p, probe_change("ok"), false, 1000), 1000 + FRAME_ROUTINE_MS);
    assert_int_equal(due_of(&p, change_new(CHANGE_ALIVE, "redis", WORLD_REDIS), false, 1100), 1000 + FRAME_ROUTINE_MS);
    assert_int_equal(due_of(&p, probe_change("failed"), false, 1200), 1200 + FRAME_SOON_MS);
    assert_int_equal(due_of(&p, change_put("kube/pods", WORLD_KUBE, record_new(TABLE_POD, "uid")), false, 1203),
                     1200 + FRAME_SOON_MS);
    struct change *listed = change_new(CHANGE_RELISTED, "kube/pods", WORLD_KUBE);
    listed->table = TABLE_POD;
    assert_int_equal(due_of(&p, listed, false, 1204), 1204); /* complete */
    frame_pace_drawn(&p);
    assert_int_equal(due_of(&p, change_source("redis", WORLD_REDIS, SOURCE_DOWN, ERR_REFUSED, "x", NULL), false, 2000),
                     2000 + FRAME_SOON_MS);
    frame_pace_drawn(&p);
    /* while a head is lost, each sign counts */
    assert_int_equal(due_of(&p, probe_change("ok"), true, 3000), 3000 + FRAME_SOON_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_console_at_rest_draws_twice_a_second),
        cmocka_unit_test(news_is_drawn_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
