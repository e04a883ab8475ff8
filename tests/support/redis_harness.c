/* redis_harness.c - a redis backend before a real redis-server. */
#include "tests/support/redis_harness.h"

#include "backends/link/clock.h"
#include "backends/redis/redis_link.h"
#include "tests/support/deadline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { STEP_MS = 20, TURN_MS = 10 };

static void on_change(void *owner, struct change *c)
{
    struct redis_harness *harness = owner;
    assert_false(harness->closed);
    assert_string_equal(c->source, "redis");
    assert_int_equal(c->world, WORLD_REDIS);
    assert_true(c->at_ms > 0 && c->wall_ms > 0);
    harness->changes++;
    harness->of_source += c->type == CHANGE_SOURCE;
    harness->gone += c->type == CHANGE_GONE;
    harness->relisted += c->type == CHANGE_RELISTED && c->table == TABLE_ACTOR;
    if (c->type == CHANGE_PUT) {
        harness->puts++;
        harness->put_of[c->table]++;
    }
    world_apply(harness->world, c);
    change_free(c);
}

void harness_open(struct redis_harness *harness, const struct redis_open *conf)
{
    harness_open_on(harness, loop_new(), conf);
}

void harness_open_on(struct redis_harness *harness, struct loop *loop, const struct redis_open *conf)
{
    const struct sink sink = {on_change, harness};
    struct why why = {0};
    *harness = (struct redis_harness){.loop = loop, .world = world_new()};
    if (redis_kinds[0]->open(harness->loop, conf, &sink, &harness->link, &why) != ERR_OK) fail_msg("%s", why.text);
}

void harness_close(struct redis_harness *harness)
{
    redis_kinds[0]->close(harness->link);
    harness->closed = true;
    loop_free(harness->loop);
    world_free(harness->world);
}

void harness_hold_clock(struct redis_harness *harness)
{
    struct clock *c = loop_clock(harness->loop);
    clock_set(c, clock_now_ms(c), clock_wall_ms(c));
    harness->holds_clock = true;
}

void harness_until(struct redis_harness *harness, bool (*cond)(struct redis_harness *harness, const void *arg),
                   const void *arg, const char *what)
{
    const uint64_t limit = loop_now_ms() + DEADLINE_MS;
    while (!cond(harness, arg)) {
        if (loop_now_ms() > limit) {
            const struct source *s = harness_source(harness);
            fail_msg("never: %s (source: state %d, %s)", what, s ? (int)s->state : -1, s && s->why ? s->why : "-");
        }
        loop_step(harness->loop, harness->holds_clock ? 1 : STEP_MS);
        if (harness->holds_clock && !harness->link->poll.pending) clock_advance(loop_clock(harness->loop), TURN_MS);
    }
}

const struct source *harness_source(const struct redis_harness *harness)
{
    return world_source_named(harness->world, "redis");
}

static bool has_state(const struct redis_harness *harness, enum source_state state)
{
    const struct source *s = harness_source(harness);
    return s && s->state == state;
}

bool harness_listed(struct redis_harness *harness, const void *unused)
{
    (void)unused;
    return harness->relisted > 0 && harness_redis(harness);
}

bool harness_live(struct redis_harness *harness, const void *unused)
{
    (void)unused;
    return has_state(harness, SOURCE_LIVE);
}

bool harness_down(struct redis_harness *harness, const void *unused)
{
    (void)unused;
    return has_state(harness, SOURCE_DOWN);
}

bool harness_denied(struct redis_harness *harness, const void *unused)
{
    (void)unused;
    return has_state(harness, SOURCE_DENIED);
}

bool harness_tracking_known(struct redis_harness *harness, const void *unused)
{
    (void)unused;
    return harness_redis(harness) && harness_redis(harness)->tracking != TRI_UNKNOWN;
}

bool harness_heard(struct redis_harness *harness, const void *unused)
{
    (void)unused;
    return harness_redis(harness) && harness_redis(harness)->heartbeat.known;
}

const struct redis *harness_redis(const struct redis_harness *harness)
{
    const struct row *row = world_find(harness->world, TABLE_REDIS, "redis");
    return row ? ROW(row, redis) : NULL;
}

const struct record *harness_find(const struct redis_harness *harness, enum table table, const char *key)
{
    const struct row *row = world_find(harness->world, table, key);
    return row && !row->gone_ms ? row->record : NULL;
}
