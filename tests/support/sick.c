/* sick.c - Servers that misbehave in one given way. */
#include "tests/support/sick.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void sick_source(struct sick *w, const char *id, enum source_state state, enum err err, const char *why)
{
    enum world_kind kind = strcmp(id, "redis") == 0 ? WORLD_REDIS : strcmp(id, "serve") == 0 ? WORLD_SERVE : WORLD_KUBE;
    small_apply(&w->s, change_source(id, kind, state, err, why, NULL));
}

struct rayservice *sick_service(const struct sick *w)
{
    return small_edit(&w->s, TABLE_RAYSERVICE, "rs-uid");
}

struct raycluster *sick_cluster(const struct sick *w)
{
    return small_edit(&w->s, TABLE_RAYCLUSTER, "rc-uid");
}

struct pod *sick_pod(const struct sick *w, const char *uid)
{
    return small_edit(&w->s, TABLE_POD, uid);
}

struct redis *sick_redis(const struct sick *w)
{
    return small_edit(&w->s, TABLE_REDIS, "redis");
}

void sick_put(struct sick *w, void *record)
{
    static const char *const sources[TABLE_COUNT] = {
        [TABLE_RAYSERVICE] = "kube/rayservices",
        [TABLE_RAYCLUSTER] = "kube/rayclusters",
        [TABLE_POD] = "kube/pods",
        [TABLE_KNODE] = "kube/nodes",
        [TABLE_EVENT] = "kube/events",
        [TABLE_SLICE] = "kube/slices",
        [TABLE_REDIS] = "redis",
        [TABLE_RAYNODE] = "redis",
    };
    const enum table table = ((const struct record *)record)->table;
    small_put(&w->s, sources[table], table == TABLE_REDIS || table == TABLE_RAYNODE ? WORLD_REDIS : WORLD_KUBE, record);
}

void sick_zone(struct sick *w, const char *node, const char *name)
{
    struct knode *k = small_edit(&w->s, TABLE_KNODE, node);
    record_set(&k->zone, name);
    sick_put(w, k);
}

static void heal_pods(struct sick *w)
{
    static const char *const uids[] = {SICK_HEAD, "w1", "w2"};
    for (size_t i = 0; i < ARRAY_LEN(uids); i++) {
        struct pod *p = sick_pod(w, uids[i]);
        p->keepalive = TRI_YES;
        p->token_auth = TRI_NO;
        if (i == 0) record_set(&p->kuberay, "v1.7.0");
        sick_put(w, p);
    }
    sick_zone(w, "ip-100-64-90-12", "us-west-2a");
    sick_zone(w, "ip-100-64-31-7", "us-west-2b");
    sick_zone(w, "ip-100-64-47-3", "us-west-2c");
}

static void heal_redis(struct sick *w)
{
    struct redis *r = sick_redis(w);
    r->tls = TRI_YES;
    r->cluster = r->slow_off = TRI_NO;
    record_set(&r->version, "7.1.0");
    record_set(&r->mode, "standalone");
    record_set(&r->policy, "noeviction");
    record_set(&r->aof, "on");
    record_set(&r->rdb_last, "ok");
    record_set(&r->save, "3600 1");
    r->used_memory = known_u64(6396314);
    r->max_memory = known_u64(1000000000);
    r->timeout_s = r->slow_count = r->slow_keys = r->evicted = r->loading = known_u64(0);
    sick_put(w, r);
}

void sick_begin(struct sick *w)
{
    small_init(&w->s, true);
    struct rayservice *rs = sick_service(w);
    rs->ready = TRI_YES;
    rs->redis_password_inline = TRI_NO;
    record_set(&rs->redis_address, "rediss://gcs.cache:6379");
    sick_put(w, rs);
    struct raycluster *rc = sick_cluster(w);
    rc->created = known_u64(SMALL_WALL - 9 * SMALL_DAY);
    sick_put(w, rc);
    heal_pods(w);
    heal_redis(w);
    w->ask = (struct doctor_ask){.now_ms = w->s.now_ms, .wall_ms = small_wall(&w->s), .may_delete = TRI_YES};
}

void sick_end(struct sick *w)
{
    small_done(&w->s);
}

void sick_examine(struct sick *w, struct findings *out)
{
    struct focus f = small_focus(&w->s);
    w->ask.now_ms = w->s.now_ms;
    w->ask.wall_ms = small_wall(&w->s);
    findings_init(out);
    doctor_of(w->s.w, &f, &w->ask, out);
}

void sick_event(struct sick *w, const char *reason, const char *about, const char *message)
{
    struct event *e = record_new(TABLE_EVENT, reason);
    record_set(&e->ns, "mistral");
    record_set(&e->reason, reason);
    record_set(&e->about, about);
    record_set(&e->message, message);
    e->last = known_u64(SMALL_WALL);
    sick_put(w, e);
}

void sick_deny(struct sick *w, const char *id)
{
    sick_source(w, id, SOURCE_DENIED, ERR_FORBIDDEN, "may not list");
}

const struct finding *sick_first(const struct findings *f, enum rule_id rule)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].rule == rule_get(rule)) return &f->items[i];
    return NULL;
}

static bool as_expected(const struct sick_case *c, const struct finding *got)
{
    if (c->severity == SICK_NOTHING) return !got;
    return got && got->severity == c->severity && got->where.object && strstr(got->where.object, c->object) &&
           strstr(got->message, c->message);
}

void sick_try(const struct sick_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sick w;
        struct findings f;
        sick_begin(&w);
        cases[i].change(&w);
        sick_examine(&w, &f);
        const struct finding *got = sick_first(&f, cases[i].rule);
        if (!as_expected(&cases[i], got))
            fail_msg("case %zu, %s: %s %s: %s", i, rule_get(cases[i].rule)->id,
                     got ? finding_severity_word(got->severity) : "nothing", got ? got->where.object : "",
                     got ? got->message : "");
        findings_done(&f);
        sick_end(&w);
    }
}

void sick_complete(const struct sick_case *cases, size_t count, enum rule_id first, enum rule_id last)
{
    for (int rule = (int)first; rule <= (int)last; rule++) {
        bool tripped = false, unknown = false, nothing = false;
        for (size_t i = 0; i < count; i++) {
            if ((int)cases[i].rule != rule) continue;
            nothing |= cases[i].severity == SICK_NOTHING;
            unknown |= cases[i].severity == FINDING_UNKNOWN;
            tripped |= cases[i].severity != FINDING_UNKNOWN && cases[i].severity != SICK_NOTHING;
        }
        if (!tripped || !unknown || !nothing) fail_msg("%s", rule_get((enum rule_id)rule)->id);
    }
}
