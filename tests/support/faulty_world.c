/* faulty_world.c - Servers that misbehave in one given way. */
#include "tests/support/faulty_world.h"

#include "backends/base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void faulty_source(struct faulty_world *w, const char *id, enum source_state state, enum err err, const char *why)
{
    enum world_kind kind = strcmp(id, "redis") == 0 ? WORLD_REDIS : strcmp(id, "serve") == 0 ? WORLD_SERVE : WORLD_KUBE;
    small_apply(&w->s, change_source(id, kind, state, err, why, NULL));
}

struct rayservice *faulty_service(const struct faulty_world *w)
{
    return small_edit(&w->s, TABLE_RAYSERVICE, "rs-uid");
}

struct raycluster *faulty_cluster(const struct faulty_world *w)
{
    return small_edit(&w->s, TABLE_RAYCLUSTER, "rc-uid");
}

struct pod *faulty_pod(const struct faulty_world *w, const char *uid)
{
    return small_edit(&w->s, TABLE_POD, uid);
}

struct redis *faulty_redis(const struct faulty_world *w)
{
    return small_edit(&w->s, TABLE_REDIS, "redis");
}

void faulty_put(struct faulty_world *w, void *record)
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

void faulty_zone(struct faulty_world *w, const char *node, const char *name)
{
    struct knode *k = small_edit(&w->s, TABLE_KNODE, node);
    record_set(&k->zone, name);
    faulty_put(w, k);
}

static void heal_pods(struct faulty_world *w)
{
    static const char *const uids[] = {FAULTY_HEAD, "w1", "w2"};
    for (size_t i = 0; i < ARRAY_LEN(uids); i++) {
        struct pod *p = faulty_pod(w, uids[i]);
        p->keepalive = TRI_YES;
        p->token_auth = TRI_NO;
        if (i == 0) record_set(&p->kuberay, "v1.7.0");
        faulty_put(w, p);
    }
}

static void heal_redis(struct faulty_world *w)
{
    struct redis *r = faulty_redis(w);
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
    faulty_put(w, r);
}

void faulty_begin(struct faulty_world *w)
{
    small_init(&w->s, true);
    struct rayservice *rs = faulty_service(w);
    rs->ready = TRI_YES;
    rs->redis_password_inline = TRI_NO;
    record_set(&rs->redis_address, "rediss://gcs.cache:6379");
    struct deployment *one = RECORD_APPEND(rs, deployments);
    record_set(&one->app, "mistral-deployment");
    record_set(&one->app_status, "RUNNING");
    faulty_put(w, rs);
    struct raycluster *rc = faulty_cluster(w);
    rc->created = known_u64(SMALL_WALL - 9 * SMALL_DAY);
    faulty_put(w, rc);
    heal_pods(w);
    heal_redis(w);
    w->ask = (struct doctor_ask){.now_ms = w->s.now_ms, .wall_ms = small_wall(&w->s), .may_delete = TRI_YES};
}

void faulty_end(struct faulty_world *w)
{
    small_done(&w->s);
}

void faulty_examine(struct faulty_world *w, struct findings *out)
{
    struct focus f = small_focus(&w->s);
    w->ask.now_ms = w->s.now_ms;
    w->ask.wall_ms = small_wall(&w->s);
    findings_init(out);
    doctor_of(w->s.w, &f, &w->ask, out);
}

void faulty_event(struct faulty_world *w, const char *reason, const char *about, const char *message)
{
    struct event *e = record_new(TABLE_EVENT, reason);
    record_set(&e->ns, "mistral");
    record_set(&e->reason, reason);
    record_set(&e->about, about);
    record_set(&e->message, message);
    e->last = known_u64(SMALL_WALL);
    faulty_put(w, e);
}

void faulty_deny(struct faulty_world *w, const char *id)
{
    faulty_source(w, id, SOURCE_DENIED, ERR_FORBIDDEN, "may not list");
}

const struct finding *faulty_first(const struct findings *f, enum rule_id rule)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].rule == rule_get(rule)) return &f->items[i];
    return NULL;
}

static bool as_expected(const struct faulty_case *c, const struct finding *got)
{
    if (c->severity == FAULTY_NOTHING) return !got;
    return got && got->severity == c->severity && got->where.object && strstr(got->where.object, c->object) &&
           strstr(got->message, c->message);
}

void faulty_try(const struct faulty_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct faulty_world w;
        struct findings f;
        faulty_begin(&w);
        cases[i].change(&w);
        faulty_examine(&w, &f);
        const struct finding *got = faulty_first(&f, cases[i].rule);
        if (!as_expected(&cases[i], got))
            fail_msg("case %zu, %s: %s %s: %s", i, rule_get(cases[i].rule)->id,
                     got ? finding_severity_word(got->severity) : "nothing", got ? got->where.object : "",
                     got ? got->message : "");
        findings_done(&f);
        faulty_end(&w);
    }
}

/* The last line of an example: "doctor: OBJECT: MESSAGE" of a finding. */
static bool is_finding(const struct finding *got, const char *text)
{
    const char *const line = strrchr(text, '\n');
    char *said = got ? mem_printf("doctor: %s: %s", got->where.object ? got->where.object : "", got->message) : NULL;
    const bool is = said && strcmp(said, line ? line + 1 : text) == 0;
    free(said);
    return is;
}

void faulty_examples(const struct faulty_case *cases, size_t count, enum rule_id first, enum rule_id last)
{
    size_t wrong = 0;
    for (int id = (int)first; id <= (int)last; id++) {
        const struct rule *rule = rule_get((enum rule_id)id);
        bool said = false;
        for (size_t i = 0; i < count; i++) {
            struct faulty_world w;
            struct findings f;
            if ((int)cases[i].rule != id || cases[i].severity == FINDING_UNKNOWN) continue;
            faulty_begin(&w);
            cases[i].change(&w);
            faulty_examine(&w, &f);
            said = is_finding(faulty_first(&f, cases[i].rule), rule->bad) || said;
            findings_done(&f);
            faulty_end(&w);
        }
        if (said) continue;
        print_message("%s is never said: %s\n", rule->id, rule->bad);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

void faulty_complete(const struct faulty_case *cases, size_t count, enum rule_id first, enum rule_id last)
{
    for (int rule = (int)first; rule <= (int)last; rule++) {
        bool tripped = false, unknown = false, nothing = false;
        for (size_t i = 0; i < count; i++) {
            if ((int)cases[i].rule != rule) continue;
            nothing |= cases[i].severity == FAULTY_NOTHING;
            unknown |= cases[i].severity == FINDING_UNKNOWN;
            tripped |= cases[i].severity != FINDING_UNKNOWN && cases[i].severity != FAULTY_NOTHING;
        }
        if (!tripped || !unknown || !nothing) fail_msg("%s", rule_get((enum rule_id)rule)->id);
    }
}
