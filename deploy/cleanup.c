/* cleanup.c - opens and closes a clean-up; deletes the objects; checks what is left in Redis. See cleanup.h. */
#include "deploy/cleanup_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/link/clock.h"

#include <stdlib.h>
#include <string.h>

static const struct step_def steps[CLEANUP_STEPS] = {
    [CLEANUP_READ] = {"read", cleanup_read, 0},
    [CLEANUP_CONFIRM] = {"confirm", NULL, STEP_CONFIRMS},
    [CLEANUP_UI] = {"user interface", cleanup_ui, STEP_CONTINUES},
    [CLEANUP_SERVICE] = {"RayService", cleanup_service_step, 0},
    [CLEANUP_REST] = {"the rest", cleanup_rest, STEP_CONTINUES},
    [CLEANUP_NAMESPACE] = {"namespace", cleanup_namespace, STEP_CONTINUES},
    [CLEANUP_REDIS] = {"GCS in Redis", cleanup_redis, 0},
};

void cleanup_object_done(struct cleanup_object *t)
{
    free(t->name);
    free(t->uid);
    free(t->words);
    free(t->deployed_with);
}

bool cleanup_is_service(const struct cleanup_object *t)
{
    return strcmp(t->kind->kind, "RayService") == 0;
}

bool cleanup_is_ui(const struct cleanup_object *t)
{
    static const char *const kinds[] = {"Deployment", "Service", "ConfigMap", "PodDisruptionBudget"};
    if (t->redis) return false;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (strcmp(t->kind->kind, kinds[i]) == 0) return true;
    return false;
}

static bool is_rest(const struct cleanup_object *t)
{
    return !cleanup_is_ui(t) && !cleanup_is_service(t);
}

/* ---- one object after the other ---- */

static void delete_next(void *arg);

static void on_deleted(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    struct cleanup_object *t = &c->objects[c->at];
    t->gone = !a->err || a->err == ERR_NOT_FOUND;
    if (!a->err)
        step_log(&c->engine, TONE_PLAIN, "%s deleted", t->words);
    else if (a->err == ERR_NOT_FOUND)
        step_log(&c->engine, TONE_PLAIN, "%s is already deleted", t->words);
    else if (a->err == ERR_CONFLICT)
        step_log(&c->engine, TONE_WARN, "%s was replaced since it was shown: not deleted", t->words);
    else {
        step_error(&c->engine, a->err, "%s%s: %s", t->words, a->unknown ? ": the outcome is unknown" : "", a->why);
    }
    step_later(&c->engine, delete_next, 0);
}

/* Deletes dependents first: from the end of kinds.def to its start. */
static size_t last_left(const struct cleanup *c, bool (*takes)(const struct cleanup_object *t))
{
    for (size_t i = c->at; i-- > 0;)
        if (takes(&c->objects[i])) return i;
    return SIZE_MAX;
}

static void delete_next(void *arg)
{
    struct cleanup *c = arg;
    size_t i = last_left(c, step_index(&c->engine) == CLEANUP_UI ? cleanup_is_ui : is_rest);
    if (i == SIZE_MAX) {
        if (!step_logged(&c->engine)->count) step_log(&c->engine, TONE_PLAIN, "none created by raydeck");
        step_next(&c->engine);
        return;
    }
    c->at = i;
    const struct cleanup_object *t = &c->objects[i];
    object_delete(&c->engine.cluster, t->kind, c->ns, t->name, &(struct object_pin){t->uid, NULL}, on_deleted, c);
}

void cleanup_ui(void *arg)
{
    struct cleanup *c = arg;
    c->at = c->count;
    delete_next(c);
}

void cleanup_rest(void *arg)
{
    cleanup_ui(arg); /* selects by the step's index */
}

/* ---- the GCS's fields ---- */

struct known_u64 cleanup_gcs_fields(const struct world *w, const char *storage_ns, uint64_t now_ms)
{
    uint64_t sum = 0;
    enum freshness fresh = world_freshness(w, WORLD_REDIS, now_ms, NULL, NULL);
    if (fresh != FRESH_LIVE) return UNKNOWN_U64;
    WORLD_EACH (row, w, TABLE_GCSTABLE) {
        const struct gcstable *t = ROW(row, gcstable);
        if (row->gone_ms || (storage_ns && !text_eq(t->ns, storage_ns))) continue;
        if (!t->fields.known) return UNKNOWN_U64;
        sum += t->fields.value;
    }
    return known_u64(sum);
}

struct known_u64 cleanup_fields_now(const struct cleanup *c)
{
    return cleanup_gcs_fields(c->conf.world, c->storage_ns, clock_now_ms(loop_clock(c->conf.loop)));
}

static const struct cleanup_object *redis_deleted(const struct cleanup *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->objects[i].redis && c->objects[i].gone && strcmp(c->objects[i].kind->kind, "StatefulSet") == 0)
            return &c->objects[i];
    return NULL;
}

static void redis_finish(struct cleanup *c)
{
    const enum err err = step_first_err(&c->engine);
    if (err)
        step_finish(&c->engine, err, "not everything was deleted; cleanup can safely be run again");
    else
        step_finish(&c->engine, ERR_OK, "cleaned up%s",
                    step_logged(&c->engine)->worst == TONE_WARN ? "; the fields left in Redis are unknown" : "");
}

static void redis_read(void *arg)
{
    struct cleanup *c = arg;
    struct known_u64 now = cleanup_fields_now(c);
    unsigned long long before = c->fields_before.value;
    if (!now.known || !c->fields_before.known) {
        step_log(&c->engine, TONE_WARN, "GCS fields under storage namespace %s: unknown", c->storage_ns);
    } else if (now.value) {
        c->fields_left = now.value;
        step_wait_text(&c->engine, "%llu of %llu fields left", (unsigned long long)now.value, before);
        step_unmet(&c->engine);
        return;
    } else {
        step_log(&c->engine, TONE_PLAIN, "GCS fields under storage namespace %s: %llu before, 0 now", c->storage_ns,
                 before);
    }
    redis_finish(c);
}

static void redis_late(void *arg)
{
    struct cleanup *c = arg;
    step_log(&c->engine, TONE_WARN,
             "GCS fields under storage namespace %s: %llu before, %llu now: orphaned; nothing reads them or will "
             "delete them",
             c->storage_ns, (unsigned long long)c->fields_before.value, (unsigned long long)c->fields_left);
    redis_finish(c);
}

void cleanup_redis(void *arg)
{
    struct cleanup *c = arg;
    const struct cleanup_object *redis = redis_deleted(c);
    if (redis) {
        step_log(&c->engine, TONE_PLAIN, "%s, which held them, was deleted", redis->words);
        redis_finish(c);
        return;
    }
    if (c->service[0] && c->conf.world && c->storage_ns) {
        step_poll(&c->engine, &(struct step_poll){.read = redis_read,
                                                  .every_ms = c->conf.poll_ms,
                                                  .limit_ms = c->conf.hang_ms / 4,
                                                  .late = redis_late});
        return;
    }
    step_log(&c->engine, c->service[0] ? TONE_WARN : TONE_PLAIN,
             c->service[0] ? "unknown: the storage namespace was not found in Redis"
                           : "no RayService created by raydeck");
    redis_finish(c);
}

/* ---- open and close ---- */

struct cleanup *cleanup_start(const struct cleanup_conf *conf, const struct step_observer *observer)
{
    struct cleanup *c = mem_zero(1, sizeof *c);
    c->conf = *conf;
    buf_init(&c->unconfirmed, 1);
    c->ns = mem_str(conf->ns);
    c->wanted = mem_str(conf->service);
    if (!c->conf.hang_ms) c->conf.hang_ms = CLEANUP_HANG_MS;
    if (!c->conf.wait_ms) c->conf.wait_ms = CLEANUP_WAIT_MS;
    if (!c->conf.poll_ms) c->conf.poll_ms = CLEANUP_POLL_MS;
    const struct step_engine_conf engine = {.loop = conf->loop,
                                            .cluster = conf->cluster,
                                            .defs = steps,
                                            .count = CLEANUP_STEPS,
                                            .words = {"the DELETE of", "deleted",
                                                      "only the logged objects were deleted",
                                                      "cleanup can safely be run again"},
                                            .observer = *observer,
                                            .arg = c};
    step_engine_open(&c->engine, &engine);
    return c;
}

void cleanup_free(struct cleanup *c)
{
    if (!c) return;
    step_engine_close(&c->engine);
    for (size_t i = 0; i < c->count; i++) cleanup_object_done(&c->objects[i]);
    free(c->objects);
    free(c->wanted);
    free(c->ns);
    free(c->storage_ns);
    free(c->namespace_uid);
    free(c->namespace_version);
    cleanup_forget_kinds(c);
    buf_done(&c->unconfirmed);
    free(c->foreign);
    free(c);
}

struct step_engine *cleanup_engine(struct cleanup *c)
{
    return &c->engine;
}

const char *cleanup_service(const struct cleanup *c)
{
    return c->service;
}
