/* cleanup.c - a clean-up's life, and the deletion of one thing after the other. See cleanup.h. */
#include "deploy/cleanup_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[CLEANUP_STEPS] = {
    [CLEANUP_LOOK] = "look",          [CLEANUP_CONFIRM] = "confirm", [CLEANUP_UI] = "user interface",
    [CLEANUP_SERVICE] = "RayService", [CLEANUP_REST] = "the rest",   [CLEANUP_NAMESPACE] = "namespace",
    [CLEANUP_REDIS] = "GCS in Redis"};

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct cleanup *c = arg;
    if (c->calls.changed) c->calls.changed(c->calls.arg, step, line);
}

static void on_go(void *arg)
{
    struct cleanup *c = arg;
    void (*next)(struct cleanup *) = c->next;
    c->next = NULL;
    if (next) next(c);
}

void cleanup_soon(struct cleanup *c, void (*next)(struct cleanup *c), uint64_t ms)
{
    c->next = next;
    alarm_set(c->go, ms, 0);
}

void cleanup_end(struct cleanup *c, enum err err, const char *fmt, ...)
{
    char why[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    if (c->over) return;
    c->over = true;
    steps_skip(&c->steps, 0);
    c->calls.done(c->calls.arg, err, why);
}

void cleanup_failed(struct cleanup *c, enum err err)
{
    if (!c->failed) c->err = err;
    c->failed = true;
}

void cleanup_thing_done(struct thing *t)
{
    free(t->name);
    free(t->uid);
    free(t->words);
    free(t->with);
}

bool cleanup_is_service(const struct thing *t)
{
    return strcmp(t->kind->kind, "RayService") == 0;
}

bool cleanup_is_ui(const struct thing *t)
{
    static const char *const kinds[] = {"Deployment", "Service", "ConfigMap", "PodDisruptionBudget"};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(t->kind->kind, kinds[i]) == 0) return true;
    return false;
}

static bool is_rest(const struct thing *t)
{
    return !cleanup_is_ui(t) && !cleanup_is_service(t);
}

/* ---- one thing after the other ---- */

struct round {
    enum cleanup_step step;
    bool (*takes)(const struct thing *t);
    void (*then)(struct cleanup *c);
};
static const struct round rounds[] = {{CLEANUP_UI, cleanup_is_ui, cleanup_service_step},
                                      {CLEANUP_REST, is_rest, cleanup_namespace}};

static void delete_next(struct cleanup *c);

static const struct round *round_of(const struct cleanup *c)
{
    return &rounds[c->steps.item[CLEANUP_REST].state == STEP_RUNNING];
}

static void on_deleted(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    struct thing *t = &c->things[c->at];
    enum cleanup_step step = round_of(c)->step;
    c->call = NULL;
    t->gone = !a->err || a->err == ERR_NOT_FOUND;
    if (!a->err)
        steps_say(&c->steps, step, TONE_PLAIN, "%s deleted", t->words);
    else if (a->err == ERR_NOT_FOUND)
        steps_say(&c->steps, step, TONE_PLAIN, "%s is gone already", t->words);
    else if (a->err == ERR_CONFLICT)
        steps_say(&c->steps, step, TONE_WARN, "%s is another one now than the one that was shown: left alone",
                  t->words);
    else {
        steps_say(&c->steps, step, TONE_BAD, "%s: %s", t->words, a->why);
        cleanup_failed(c, a->err);
    }
    cleanup_soon(c, delete_next, 0);
}

/* What needs another goes before it: from the end of kinds.def to its beginning. */
static size_t last_left(const struct cleanup *c, bool (*takes)(const struct thing *t))
{
    for (size_t i = c->at; i-- > 0;)
        if (takes(&c->things[i])) return i;
    return SIZE_MAX;
}

static void delete_next(struct cleanup *c)
{
    const struct round *r = round_of(c);
    size_t i = last_left(c, r->takes);
    if (i == SIZE_MAX) {
        if (!c->steps.item[r->step].count) steps_say(&c->steps, r->step, TONE_PLAIN, "there is none of ours");
        steps_end(&c->steps, r->step);
        cleanup_soon(c, r->then, 0);
        return;
    }
    c->at = i;
    const struct thing *t = &c->things[i];
    c->call =
        object_delete(&c->conf.cluster, t->kind, c->ns, t->name, &(struct object_pin){t->uid, NULL}, on_deleted, c);
}

static void step_begin(struct cleanup *c, enum cleanup_step step)
{
    steps_begin(&c->steps, step);
    c->at = c->count;
    delete_next(c);
}

void cleanup_ui(struct cleanup *c)
{
    step_begin(c, CLEANUP_UI);
}

void cleanup_rest(struct cleanup *c)
{
    step_begin(c, CLEANUP_REST);
}

/* ---- the GCS's fields ---- */

struct known_u64 cleanup_gcs_fields(const struct world *w, const char *storage_ns)
{
    uint64_t sum = 0;
    enum freshness fresh = world_freshness(w, WORLD_REDIS, loop_now_ms(), NULL, NULL);
    if (fresh != FRESH_LIVE) return UNKNOWN_U64;
    WORLD_EACH (row, w, TABLE_GCSTABLE) {
        const struct gcstable *t = ROW(row, gcstable);
        if (row->gone_ms || (storage_ns && !text_eq(t->ns, storage_ns))) continue;
        if (!t->fields.known) return UNKNOWN_U64;
        sum += t->fields.value;
    }
    return known_u64(sum);
}

static void redis_end(struct cleanup *c)
{
    steps_end(&c->steps, CLEANUP_REDIS);
    if (c->failed)
        cleanup_end(c, c->err, "not everything is gone; cleaning up again is safe");
    else
        cleanup_end(c, ERR_OK, "cleaned up%s",
                    c->steps.item[CLEANUP_REDIS].state == STEP_WARNED ? "; what is left in Redis is not known" : "");
}

static void redis_look(struct cleanup *c)
{
    struct known_u64 now = cleanup_gcs_fields(c->conf.world, c->storage_ns);
    unsigned long long before = c->fields_before.value;
    if (!now.known || !c->fields_before.known) {
        steps_say(&c->steps, CLEANUP_REDIS, TONE_WARN, "GCS fields under storage namespace %s: not known",
                  c->storage_ns ? c->storage_ns : "–");
    } else if (now.value && loop_now_ms() - c->began_ms < c->conf.hang_ms / 4) {
        steps_now(&c->steps, CLEANUP_REDIS, "%llu of %llu fields left", (unsigned long long)now.value, before);
        cleanup_soon(c, redis_look, c->conf.look_ms);
        return;
    } else {
        steps_say(&c->steps, CLEANUP_REDIS, now.value ? TONE_WARN : TONE_PLAIN,
                  "GCS fields under storage namespace %s: %llu before, %llu now%s", c->storage_ns, before,
                  (unsigned long long)now.value,
                  now.value ? ": an orphan; nothing reads it any more, and nothing will take it away" : "");
    }
    redis_end(c);
}

void cleanup_redis(struct cleanup *c)
{
    steps_begin(&c->steps, CLEANUP_REDIS);
    c->began_ms = loop_now_ms();
    if (c->service[0] && c->conf.world && c->storage_ns) {
        redis_look(c);
        return;
    }
    steps_say(&c->steps, CLEANUP_REDIS, c->service[0] ? TONE_WARN : TONE_PLAIN,
              c->service[0] ? "not known: the storage namespace was not seen in Redis"
                            : "there was no RayService of ours");
    redis_end(c);
}

/* ---- life ---- */

void cleanup_confirm(struct cleanup *c, bool yes)
{
    struct why why = {0};
    if (!c->asked || c->over) return;
    c->asked = false;
    if (!yes)
        why_set(&why, ERR_GUARD, "not confirmed");
    else
        cluster_may_change(&c->conf.cluster, &why);
    if (why.code) steps_say(&c->steps, CLEANUP_CONFIRM, TONE_BAD, "%s", why.text);
    steps_end(&c->steps, CLEANUP_CONFIRM);
    if (!why.code)
        cleanup_soon(c, cleanup_ui, 0);
    else
        cleanup_end(c, ERR_GUARD, "%s: nothing was deleted", why.text);
}

struct cleanup *cleanup_start(const struct cleanup_conf *conf, const struct cleanup_calls *calls)
{
    struct cleanup *c = mem_zero(1, sizeof *c);
    c->conf = *conf;
    buf_init(&c->fresh, 1);
    c->ns = mem_str(conf->ns);
    c->wanted = mem_str(conf->service);
    if (!c->conf.hang_ms) c->conf.hang_ms = CLEANUP_HANG_MS;
    if (!c->conf.wait_ms) c->conf.wait_ms = CLEANUP_WAIT_MS;
    if (!c->conf.look_ms) c->conf.look_ms = CLEANUP_LOOK_MS;
    c->calls = *calls;
    steps_init(&c->steps, names, CLEANUP_STEPS);
    c->steps.changed = on_changed;
    c->steps.arg = c;
    c->go = alarm_new(conf->loop, on_go, c);
    cleanup_soon(c, cleanup_look, 0);
    return c;
}

void cleanup_free(struct cleanup *c)
{
    if (!c) return;
    object_cancel(c->call);
    alarm_free(c->go);
    for (size_t i = 0; i < c->count; i++) cleanup_thing_done(&c->things[i]);
    free(c->things);
    free(c->wanted);
    free(c->ns);
    free(c->storage_ns);
    free(c->namespace_uid);
    free(c->namespace_version);
    cleanup_forget_kinds(c);
    buf_done(&c->fresh);
    free(c->kept_for);
    steps_done(&c->steps);
    free(c);
}

const char *cleanup_sent(const struct cleanup *c)
{
    if (!object_changes(c->call)) return NULL;
    if (c->steps.item[CLEANUP_NAMESPACE].state == STEP_RUNNING) return "the namespace";
    if (c->steps.item[CLEANUP_SERVICE].state == STEP_RUNNING) return "the RayService";
    return c->things[c->at].words;
}

bool cleanup_over(const struct cleanup *c)
{
    return c->over;
}

const struct steps *cleanup_steps(const struct cleanup *c)
{
    return &c->steps;
}

const char *cleanup_service(const struct cleanup *c)
{
    return c->service;
}
