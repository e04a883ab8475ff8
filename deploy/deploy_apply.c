/*
 * deploy_apply.c - applies the changes, each to exactly the object that was shown.
 *
 * A new object is created by a request that fails if it exists by now. An existing one is read again, compared with
 * what was shown, and changed with the UID and resourceVersion of that read as preconditions; on a conflict this is
 * repeated. Fields of other managers are taken only if the confirmation named them.
 */
#include "backends/base/mem.h"
#include "deploy/deploy_priv.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 10, LIST_MAX = 4096 };

static void apply_next(void *arg);
static void item_read(void *arg);
static void owner_read(void *arg);

/* ---- failing ---- */

static void words_list(const struct deploy *d, bool applied, struct buf *out)
{
    for (size_t i = 0; i < d->count; i++) {
        if (d->items[i].applied != applied) continue;
        buf_printf(out, "%s%s", out->len ? ", " : "", d->items[i].words);
    }
    if (!out->len) buf_str(out, "nothing");
}

void deploy_apply_failed(struct deploy *d, const char *what, enum err err, const char *why, bool unknown)
{
    struct buf yes, no;
    buf_init(&yes, LIST_MAX);
    buf_init(&no, LIST_MAX);
    words_list(d, true, &yes);
    words_list(d, false, &no);
    step_log(&d->engine, TONE_BAD, "%s: %s", what, why);
    if (unknown) step_log(&d->engine, TONE_PLAIN, "it is unknown whether %s was applied", what);
    step_log(&d->engine, TONE_PLAIN, "applied: %s", buf_text(&yes));
    step_log(&d->engine, TONE_PLAIN, "not applied: %s; deploy can safely be run again", buf_text(&no));
    if (unknown)
        step_fail(&d->engine, err, "it is unknown whether %s was applied: %s (applied: %s)", what, why, buf_text(&yes));
    else
        step_fail(&d->engine, err, "%s was not applied: %s (applied: %s)", what, why, buf_text(&yes));
    buf_done(&yes);
    buf_done(&no);
}

static void item_failed(struct deploy *d, const struct object_answer *a)
{
    char *why = mem_printf("%s%s", a->conflicts ? "fields " : "", a->why);
    deploy_apply_failed(d, d->items[d->at].words, a->err, why, a->unknown);
    free(why);
}

/* The object differs from what was shown. */
static void item_refused(struct deploy *d, const char *why)
{
    deploy_apply_failed(d, d->items[d->at].words, ERR_CONFLICT, why, false);
}

static void item_applied(struct deploy *d)
{
    struct item *it = &d->items[d->at];
    it->applied = true;
    step_log(&d->engine, TONE_PLAIN, "%s serverside-applied", it->words);
}

/* ---- what was not there ---- */

static void on_owned(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (a->err && ++d->tries < TRIES) {
        step_later(&d->engine, owner_read, 0);
        return;
    }
    if (a->err)
        step_log(&d->engine, TONE_WARN,
                 "%s: its fields were not recorded as applied, so later applies will not remove fields: %s",
                 d->items[d->at].words, a->why);
    step_later(&d->engine, apply_next, 0);
}

/* Records the fields of the created object as applied. */
static void own_fields(struct deploy *d, const cJSON *object)
{
    const struct item *it = &d->items[d->at];
    const size_t entry = kobject_created_entry(object);
    if (entry == SIZE_MAX)
        step_later(&d->engine, apply_next, 0);
    else
        object_own_fields(&d->engine.cluster, object, it->kind, entry, on_owned, d);
}

static void on_owner_read(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (a->err)
        on_owned(d, a);
    else
        own_fields(d, a->object);
}

static void owner_read(void *arg)
{
    struct deploy *d = arg;
    const struct item *it = &d->items[d->at];
    object_get(&d->engine.cluster, it->kind, d->ns, kobject_name(it->object), on_owner_read, d);
}

static void on_created(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (a->err == ERR_CONFLICT) {
        item_refused(d, "it was created by another client since it was shown: not changed");
    } else if (a->err) {
        item_failed(d, a);
    } else {
        item_applied(d);
        own_fields(d, a->object);
    }
}

/* ---- what was there ---- */

static void on_applied(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (a->err == ERR_CONFLICT && !a->conflicts && ++d->tries < TRIES) {
        step_later(&d->engine, item_read, 0);
    } else if (a->err) {
        item_failed(d, a);
    } else {
        item_applied(d);
        step_later(&d->engine, apply_next, 0);
    }
}

static void item_send(struct deploy *d, unsigned how, object_done *done)
{
    const struct item *it = &d->items[d->at];
    const struct object_pin pin = {kobject_uid(it->live), it->version};
    object_apply(&d->engine.cluster, it->kind, it->object, &pin, how, done, d);
}

/* Checks that a forced apply takes no more from others than was shown. */
static void on_conflicts(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    const struct item *it = &d->items[d->at];
    if (!a->err) {
        item_send(d, 0, on_applied);
    } else if (!a->conflicts) {
        on_applied(d, a);
    } else if (!conflicts_are_within(a->conflicts, it->shown)) {
        char *why = mem_printf("fields %s; these were not shown: run deploy again to see them", a->why);
        item_refused(d, why);
        free(why);
    } else {
        item_send(d, APPLY_FORCE, on_applied);
    }
}

/* The first field that differs from what was shown; NULL: none. Ignores the number of worker pods, which the autoscaler
 * changes. Caller frees. */
static char *changed_field(const struct item *it, const cJSON *now)
{
    struct diff diff = {0};
    cJSON *shown = cJSON_Duplicate(it->live, 1);
    if (kobject_is(shown, "RayService")) kobject_take_replicas(shown, now);
    diff_of(shown, now, &diff);
    char *path = diff.count ? mem_str(diff.row[0].path) : NULL;
    diff_done(&diff);
    json_wipe(shown);
    return path;
}

/* Why it must not be changed; NULL: it is as shown. Caller frees. */
static char *why_not(const struct item *it, const cJSON *now)
{
    if (strcmp(kobject_uid(it->live), kobject_uid(now)) != 0)
        return mem_str("it was replaced since it was shown: not changed");
    if (json_str(json_get(now, "metadata"), "deletionTimestamp")) return mem_str("it is being deleted");
    char *path = changed_field(it, now);
    if (!path) return NULL;
    char *why = mem_printf("it was changed since it was shown (%s): run deploy again to see the change", path);
    free(path);
    return why;
}

static void on_item(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    struct item *it = &d->items[d->at];
    if (a->err == ERR_NOT_FOUND) {
        item_refused(d, "it was deleted since it was shown: not created again");
        return;
    }
    if (a->err) {
        item_failed(d, a);
        return;
    }
    char *why = why_not(it, a->object);
    if (why) {
        item_refused(d, why);
        free(why);
        return;
    }
    free(it->version);
    it->version = mem_str(kobject_version(a->object));
    if (kobject_is(it->object, "RayService") && kobject_groups_are_owned(a->object))
        kobject_take_replicas(it->object, a->object);
    item_send(d, it->shown ? APPLY_DRY : 0, it->shown ? on_conflicts : on_applied);
}

static void item_read(void *arg)
{
    struct deploy *d = arg;
    const struct item *it = &d->items[d->at];
    object_get(&d->engine.cluster, it->kind, d->ns, kobject_name(it->object), on_item, d);
}

/* ---- one after the other ---- */

static void apply_finish(struct deploy *d)
{
    if (!deploy_service_item(d)) {
        step_finish(&d->engine, ERR_OK, "applied; the manifest has no RayService to wait for");
        return;
    }
    step_next(&d->engine);
    if (d->conf.hooks.applied) d->conf.hooks.applied(d->conf.hooks.arg, d->ns, d->service);
}

static void apply_next(void *arg)
{
    struct deploy *d = arg;
    while (d->at < d->count && d->items[d->at].applied) d->at++;
    if (d->at == d->count) {
        apply_finish(d);
        return;
    }
    const struct item *it = &d->items[d->at];
    if (it->rank == RANK_REST && d->conf.parts[PART_REDIS] && !d->redis_ready) {
        deploy_redis_dev_wait(d, apply_next);
        return;
    }
    d->tries = 0;
    if (kobject_is(it->object, "RayService")) d->applied_wall_ms = loop_wall_ms(d->conf.loop);
    if (it->live)
        item_read(d);
    else
        object_create(&d->engine.cluster, it->kind, it->object, on_created, d);
}

void deploy_apply_all(struct deploy *d)
{
    d->at = 0;
    apply_next(d);
}

/* ---- the namespace first, where there is none ---- */

static bool is_our_namespace(const struct deploy *d, const struct item *it)
{
    return kobject_is(it->object, "Namespace") && strcmp(kobject_name(it->object), d->ns) == 0;
}

static void on_made(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    char what[OBJECT_NAME_MAX + 20];
    snprintf(what, sizeof what, "namespace/%s", d->ns);
    if (a->err) {
        deploy_apply_failed(d, what, a->err,
                            a->err == ERR_CONFLICT ? "it was created by another client since it was shown: not changed"
                                                   : a->why,
                            a->unknown);
        return;
    }
    step_log(&d->engine, TONE_PLAIN, "%s serverside-applied", what);
    d->ns_state = NS_THERE;
    for (size_t i = 0; i < d->count; i++)
        if (is_our_namespace(d, &d->items[i])) d->items[i].applied = d->items[i].checked = true;
    deploy_dry_rest(d);
}

/* The manifest's Namespace, else a minimal one. */
static cJSON *namespace_object(const struct deploy *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (is_our_namespace(d, &d->items[i])) return cJSON_Duplicate(d->items[i].object, 1);
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "apiVersion", "v1");
    cJSON_AddStringToObject(o, "kind", "Namespace");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(o, "metadata"), "name", d->ns);
    return o;
}

void deploy_apply(void *arg)
{
    struct deploy *d = arg;
    if (d->ns_state != NS_MISSING) {
        deploy_apply_all(d);
        return;
    }
    cJSON *o = namespace_object(d);
    kobject_own(o, "");
    object_create(&d->engine.cluster, kobject_kind_named("v1", "Namespace"), o, on_made, d);
    cJSON_Delete(o);
}
