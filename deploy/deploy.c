/* deploy.c - a deployment's life: its objects, its beginning and its end. See deploy.h. */
#include "deploy/deploy_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[DEPLOY_STEPS] = {
    [DEPLOY_REDIS] = "Redis in AWS",  [DEPLOY_PREREQUISITES] = "prerequisites",
    [DEPLOY_VARIABLES] = "variables", [DEPLOY_LINT] = "lint",
    [DEPLOY_DRY_RUN] = "dry run",     [DEPLOY_DIFF] = "difference",
    [DEPLOY_CONFIRM] = "confirm",     [DEPLOY_APPLY] = "apply",
    [DEPLOY_ACCEPTED] = "accepted",   [DEPLOY_ANSWERING] = "answering"};

static void on_changed(void *arg, const struct step *step, const struct step_line *line)
{
    struct deploy *d = arg;
    if (d->calls.changed) d->calls.changed(d->calls.arg, step, line);
}

static void on_go(void *arg)
{
    struct deploy *d = arg;
    void (*next)(struct deploy *) = d->next;
    d->next = NULL;
    if (next) next(d);
}

void deploy_soon(struct deploy *d, void (*next)(struct deploy *d), uint64_t ms)
{
    d->next = next;
    alarm_set(d->go, ms, 0);
}

void deploy_end(struct deploy *d, enum err err, const char *fmt, ...)
{
    char why[ERR_TEXT_MAX];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(why, sizeof why, fmt, ap);
    va_end(ap);
    if (d->over) return;
    d->over = true;
    steps_skip(&d->steps, 0);
    d->calls.done(d->calls.arg, err, why);
}

void deploy_bad(struct deploy *d, enum err err)
{
    /* What lint found is told before what could not be reached: it must be put right in any case. */
    if (!d->bad || err == ERR_PARSE) d->bad_err = err;
    d->bad = true;
}

/* ---- objects ---- */

static void item_done(struct item *it)
{
    json_wipe(it->object);
    json_wipe(it->live);
    json_wipe(it->next);
    diff_done(&it->diff);
    free(it->words);
    free(it->shown);
    free(it->version);
}

void deploy_forget_items(struct deploy *d)
{
    for (size_t i = 0; i < d->count; i++) item_done(&d->items[i]);
    free(d->items);
    d->items = NULL;
    d->count = 0;
}

/* Where the object lies: as kubectl has it, -n and the manifest must not contradict one another. */
static bool object_place(struct deploy *d, enum deploy_step step, cJSON *object, const char *where)
{
    const char *own = kobject_ns(object);
    cJSON *meta = cJSON_GetObjectItemCaseSensitive(object, "metadata");
    if (*own && d->conf.ns && strcmp(own, d->conf.ns) != 0) {
        steps_say(&d->steps, step, TONE_BAD, "%s: its namespace is %s, not %s as asked for", where, own, d->conf.ns);
        return false;
    }
    if (!*own) {
        const char *ns = d->conf.ns ? d->conf.ns : d->conf.context_ns ? d->conf.context_ns : "default";
        cJSON_DeleteItemFromObjectCaseSensitive(meta, "namespace");
        cJSON_AddStringToObject(meta, "namespace", ns);
        own = kobject_ns(object);
    }
    if (d->ns[0] && strcmp(d->ns, own) != 0) {
        steps_say(&d->steps, step, TONE_BAD, "%s: in namespace %s, the others in %s: one namespace at a time", where,
                  own, d->ns);
        return false;
    }
    snprintf(d->ns, sizeof d->ns, "%s", own);
    return true;
}

static bool read_one(struct deploy *d, enum deploy_step step, const struct manifest_object *o)
{
    struct why why = {0};
    char where[400], text[300];
    struct item it = {.document = o->document};
    snprintf(where, sizeof where, "%s:%u: %s", d->conf.manifest->file, o->root->line,
             manifest_object_text(o, text, sizeof text));
    if (manifest_object_json(o, &it.object, &why)) {
        steps_say(&d->steps, step, TONE_BAD, "%s: %s", where, why.text);
        return false;
    }
    it.kind = kobject_kind_of(it.object);
    size_t length = strlen(kobject_name(it.object));
    if (!it.kind)
        steps_say(&d->steps, step, TONE_BAD, "%s: not a kind that raydeck applies", where);
    else if (length == 0 || length > OBJECT_NAME_MAX)
        steps_say(&d->steps, step, TONE_BAD, "%s: it has no metadata.name that can be", where);
    else if (!it.kind->namespaced || object_place(d, step, it.object, where)) {
        it.words = kobject_words(it.kind, kobject_name(it.object));
        d->items = mem_grow(d->items, d->count + 1, sizeof *d->items);
        d->items[d->count++] = it;
        return true;
    }
    item_done(&it);
    return false;
}

static int by_order(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->kind->order != y->kind->order) return x->kind->order < y->kind->order ? -1 : 1;
    return x->document < y->document ? -1 : x->document > y->document;
}

void deploy_read(struct deploy *d, enum deploy_step step)
{
    deploy_forget_items(d);
    d->ns[0] = '\0';
    for (size_t i = 0; i < d->conf.manifest->count; i++)
        if (!read_one(d, step, &d->conf.manifest->objects[i])) deploy_bad(d, ERR_PARSE);
    if (d->count) qsort(d->items, d->count, sizeof *d->items, by_order);
    if (!d->conf.manifest->count) {
        steps_say(&d->steps, step, TONE_BAD, "%s: there is no object in it", d->conf.manifest->file);
        deploy_bad(d, ERR_PARSE);
    }
    const struct item *service = deploy_service_item(d);
    if (service) snprintf(d->service, sizeof d->service, "%s", kobject_name(service->object));
}

const struct item *deploy_service_item(const struct deploy *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->items[i].kind->kind, "RayService") == 0) return &d->items[i];
    return NULL;
}

/* ---- the question ---- */

static void confirm_request(struct deploy *d)
{
    d->asked = true;
    d->calls.confirm(d->calls.arg);
}

void deploy_ask(struct deploy *d)
{
    steps_begin(&d->steps, DEPLOY_CONFIRM);
    steps_now(&d->steps, DEPLOY_CONFIRM, "waits for the answer");
    deploy_soon(d, confirm_request, 0);
}

void deploy_confirm(struct deploy *d, bool yes)
{
    struct why why = {0};
    if (!d->asked || d->over) return;
    d->asked = false;
    if (!yes)
        why_set(&why, ERR_GUARD, "not confirmed");
    else
        cluster_may_change(&d->conf.cluster, &why);
    if (why.code) steps_say(&d->steps, DEPLOY_CONFIRM, TONE_BAD, "%s", why.text);
    steps_end(&d->steps, DEPLOY_CONFIRM);
    if (!why.code)
        deploy_soon(d, deploy_apply, 0);
    else
        deploy_end(d, ERR_GUARD, "%s: nothing was applied", why.text);
}

/* ---- life ---- */

struct deploy *deploy_start(const struct deploy_conf *conf, const struct deploy_calls *calls)
{
    struct deploy *d = mem_zero(1, sizeof *d);
    d->conf = *conf;
    d->conf.ns = mem_str(conf->ns);
    d->conf.context_ns = mem_str(conf->context_ns);
    d->conf.redis_from = mem_str(conf->redis_from);
    if (!d->conf.accept_ms) d->conf.accept_ms = DEPLOY_ACCEPT_MS;
    if (!d->conf.answer_ms) d->conf.answer_ms = DEPLOY_ANSWER_MS;
    if (!d->conf.look_ms) d->conf.look_ms = DEPLOY_LOOK_MS;
    d->calls = *calls;
    steps_init(&d->steps, names, DEPLOY_STEPS);
    if (!conf->redis_from) d->steps.item[DEPLOY_REDIS].name = NULL;
    d->steps.changed = on_changed;
    d->steps.arg = d;
    d->go = alarm_new(conf->loop, on_go, d);
    deploy_soon(d, conf->redis_from ? deploy_redis : deploy_prerequisites, 0);
    return d;
}

void deploy_free(struct deploy *d)
{
    if (!d) return;
    object_cancel(d->call);
    redis_from_free(d->from);
    alarm_free(d->go);
    deploy_forget_items(d);
    deploy_forget_secrets(d);
    steps_done(&d->steps);
    free((char *)(uintptr_t)d->conf.ns);
    free((char *)(uintptr_t)d->conf.context_ns);
    free((char *)(uintptr_t)d->conf.redis_from);
    free(d);
}

const char *deploy_sent(const struct deploy *d)
{
    if (!object_changes(d->call)) return NULL;
    return d->ns_state == NS_MISSING || d->at >= d->count ? "the namespace" : d->items[d->at].words;
}

bool deploy_over(const struct deploy *d)
{
    return d->over;
}

const struct steps *deploy_steps(const struct deploy *d)
{
    return &d->steps;
}

const char *deploy_service(const struct deploy *d)
{
    return d->service;
}

const char *deploy_ns(const struct deploy *d)
{
    return d->ns;
}
