/* redis_rig.c - a redis backend before a real redis-server. */
#include "tests/support/redis_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT_MS = 10000, STEP_MS = 20 };

static void on_change(void *owner, struct change *c)
{
    struct redis_rig *rig = owner;
    assert_false(rig->closed);
    assert_string_equal(c->source, "redis");
    assert_int_equal(c->world, WORLD_REDIS);
    assert_true(c->at_ms > 0 && c->wall_ms > 0);
    rig->changes++;
    rig->of_source += c->type == CHANGE_SOURCE;
    rig->gone += c->type == CHANGE_GONE;
    rig->relisted += c->type == CHANGE_RELISTED && c->table == TABLE_ACTOR;
    if (c->type == CHANGE_PUT) {
        rig->puts++;
        rig->put_of[c->table]++;
    }
    world_apply(rig->world, c);
    change_free(c);
}

void rig_open(struct redis_rig *rig, const struct redis_open *conf)
{
    rig_open_on(rig, loop_new(), conf);
}

void rig_open_on(struct redis_rig *rig, struct loop *loop, const struct redis_open *conf)
{
    const struct sink sink = {on_change, rig};
    struct why why = {0};
    *rig = (struct redis_rig){.loop = loop, .world = world_new()};
    if (redis_kinds[0]->open(rig->loop, conf, &sink, &rig->link, &why) != ERR_OK) fail_msg("%s", why.text);
}

void rig_close(struct redis_rig *rig)
{
    redis_kinds[0]->close(rig->link);
    rig->closed = true;
    loop_free(rig->loop);
    world_free(rig->world);
}

void rig_until(struct redis_rig *rig, bool (*cond)(struct redis_rig *rig, const void *arg), const void *arg,
               const char *what)
{
    const uint64_t limit = loop_now_ms() + (rig->limit_ms ? rig->limit_ms : LIMIT_MS);
    while (!cond(rig, arg)) {
        if (loop_now_ms() > limit) {
            const struct source *s = rig_source(rig);
            fail_msg("never: %s (source: state %d, %s)", what, s ? (int)s->state : -1, s && s->why ? s->why : "-");
        }
        loop_step(rig->loop, STEP_MS);
    }
}

const struct source *rig_source(const struct redis_rig *rig)
{
    return world_source_named(rig->world, "redis");
}

static bool has_state(const struct redis_rig *rig, enum source_state state)
{
    const struct source *s = rig_source(rig);
    return s && s->state == state;
}

bool rig_listed(struct redis_rig *rig, const void *unused)
{
    (void)unused;
    return rig->relisted > 0 && rig_redis(rig);
}

bool rig_live(struct redis_rig *rig, const void *unused)
{
    (void)unused;
    return has_state(rig, SOURCE_LIVE);
}

bool rig_down(struct redis_rig *rig, const void *unused)
{
    (void)unused;
    return has_state(rig, SOURCE_DOWN);
}

bool rig_denied(struct redis_rig *rig, const void *unused)
{
    (void)unused;
    return has_state(rig, SOURCE_DENIED);
}

bool rig_tracking_known(struct redis_rig *rig, const void *unused)
{
    (void)unused;
    return rig_redis(rig) && rig_redis(rig)->tracking != TRI_UNKNOWN;
}

bool rig_heard(struct redis_rig *rig, const void *unused)
{
    (void)unused;
    return rig_redis(rig) && rig_redis(rig)->heartbeat.known;
}

const struct redis *rig_redis(const struct redis_rig *rig)
{
    const struct row *row = world_find(rig->world, TABLE_REDIS, "redis");
    return row ? ROW(row, redis) : NULL;
}

const struct record *rig_find(const struct redis_rig *rig, enum table table, const char *key)
{
    const struct row *row = world_find(rig->world, table, key);
    return row && !row->gone_ms ? row->record : NULL;
}
