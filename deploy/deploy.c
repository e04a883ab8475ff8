/* deploy.c - opens and closes a deployment; its table of steps; the objects of its manifest. See deploy.h. */
#include "deploy/capacity.h"
#include "deploy/deploy_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct step_def steps[DEPLOY_STEPS] = {
    [DEPLOY_REDIS] = {"Redis", deploy_redis, STEP_STOPPABLE},
    [DEPLOY_VARIABLES] = {"variables", deploy_variables, 0},
    [DEPLOY_PREREQUISITES] = {"prerequisites", deploy_prerequisites, STEP_CONTINUES},
    [DEPLOY_LINT] = {"lint", deploy_lint, 0},
    [DEPLOY_DRY_RUN] = {"dry run", deploy_dry_run, STEP_REQUIRES},
    [DEPLOY_DIFF] = {"difference", deploy_diff, 0},
    [DEPLOY_CONFIRM] = {"confirm", NULL, STEP_CONFIRMS},
    [DEPLOY_APPLY] = {"apply", deploy_apply, 0},
    [DEPLOY_ACCEPTED] = {"accepted", deploy_accepted, 0},
    [DEPLOY_ANSWERING] = {"answering", deploy_answering, 0},
};

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

/* What to give where the manifest leaves its namespace to a variable; "" where it does not. */
static const char *namespace_hint(const struct deploy *d, char *out, size_t size)
{
    const struct variables *v = d->conf.variables;
    *out = '\0';
    for (size_t i = 0; i < v->count; i++)
        if (v->items[i].type == VARIABLE_NAMESPACE && v->items[i].uses)
            snprintf(out, size, " (--var %s=%s)", v->items[i].name, d->conf.ns);
    return out;
}

/* Where the object lies: as kubectl has it, -n and the manifest must not contradict one another; parts that name no
 * namespace go into the RayService's. */
static bool object_place(struct deploy *d, cJSON *object, const char *where, bool part)
{
    const char *own = kobject_ns(object);
    cJSON *meta = cJSON_GetObjectItemCaseSensitive(object, "metadata");
    if (*own && d->conf.ns && strcmp(own, d->conf.ns) != 0) {
        char hint[OBJECT_NAME_MAX + 64];
        step_error(&d->engine, ERR_PARSE, "%s: the object's namespace is %s, not %s (-n)%s", where, own, d->conf.ns,
                   namespace_hint(d, hint, sizeof hint));
        return false;
    }
    if (!*own) {
        const char *ns = part && d->ns[0]     ? d->ns
                         : d->conf.ns         ? d->conf.ns
                         : d->conf.context_ns ? d->conf.context_ns
                                              : "default";
        cJSON_DeleteItemFromObjectCaseSensitive(meta, "namespace");
        cJSON_AddStringToObject(meta, "namespace", ns);
        own = kobject_ns(object);
    }
    if (d->ns[0] && strcmp(d->ns, own) != 0) {
        step_error(&d->engine, ERR_PARSE,
                   "%s: in namespace %s, the others in %s: raydeck deploys to one namespace at a time", where, own,
                   d->ns);
        return false;
    }
    snprintf(d->ns, sizeof d->ns, "%s", own);
    return true;
}

/* Takes the item's object, which was read. */
static void item_add(struct deploy *d, struct item *it, const char *where)
{
    const char *unknown;
    it->kind = deploy_kind_of(d, it->object, &unknown);
    size_t length = strlen(kobject_name(it->object));
    if (!it->kind)
        step_error(&d->engine, ERR_PARSE, "%s: %s", where, unknown);
    else if (length == 0 || length > OBJECT_NAME_MAX)
        step_error(&d->engine, ERR_PARSE, "%s: metadata.name is missing or too long", where);
    else if (!it->kind->namespaced || object_place(d, it->object, where, it->manifest > 0)) {
        const bool redis = d->conf.parts[PART_REDIS] && d->manifests[it->manifest] == d->conf.parts[PART_REDIS];
        it->rank = !it->kind->namespaced ? RANK_CLUSTER : redis ? RANK_REDIS : RANK_REST;
        it->words = kobject_words(it->kind, kobject_name(it->object));
        d->items = mem_grow(d->items, d->count + 1, sizeof *d->items);
        d->items[d->count++] = *it;
        return;
    }
    item_done(it);
}

static void read_one(struct deploy *d, size_t manifest, const struct manifest_object *o)
{
    struct why why = {0};
    char where[400], text[300];
    struct item it = {.manifest = (unsigned)manifest, .document = o->document};
    snprintf(where, sizeof where, "%s:%u: %s", d->manifests[manifest]->file, o->root->line,
             manifest_object_text(o, text, sizeof text));
    if (manifest_object_json(o, &it.object, &why))
        step_error(&d->engine, ERR_PARSE, "%s: %s", where, why.text);
    else
        item_add(d, &it, where);
}

static int by_order(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    if (x->kind->order != y->kind->order) return x->kind->order < y->kind->order ? -1 : 1;
    if (x->manifest != y->manifest) return x->manifest < y->manifest ? -1 : 1;
    return x->document < y->document ? -1 : x->document > y->document;
}

static void redis_secret_read(struct deploy *d)
{
    struct item it = {.object = deploy_redis_dev_secret(d), .create_only = true};
    while (d->manifests[it.manifest] != d->conf.parts[PART_REDIS]) it.manifest++;
    item_add(d, &it, "secret/" REDIS_DEV);
}

void deploy_read(struct deploy *d)
{
    deploy_forget_items(d);
    d->ns[0] = '\0';
    for (size_t m = 0; m < d->manifests_count; m++)
        for (size_t i = 0; i < d->manifests[m]->count; i++) read_one(d, m, &d->manifests[m]->objects[i]);
    if (d->redis_password) redis_secret_read(d);
    if (d->count) qsort(d->items, d->count, sizeof *d->items, by_order);
    if (!d->conf.manifest->count)
        step_error(&d->engine, ERR_PARSE, "%s: no object in this file", d->conf.manifest->file);
    const struct item *service = deploy_service_item(d);
    if (service) snprintf(d->service, sizeof d->service, "%s", kobject_name(service->object));
}

const struct item *deploy_service_item(const struct deploy *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->items[i].kind->kind, "RayService") == 0) return &d->items[i];
    return NULL;
}

/* ---- open and close ---- */

static const char *deploy_left(const void *arg)
{
    const struct deploy *d = arg;
    return step_index(&d->engine) > DEPLOY_APPLY ? "everything was applied; KubeRay continues to bring it up" : NULL;
}

static void deploy_cancelled(void *arg)
{
    struct deploy *d = arg;
    redis_from_free(d->from);
    d->from = NULL;
}

struct deploy *deploy_start(const struct deploy_conf *conf, const struct step_observer *observer)
{
    struct deploy *d = mem_zero(1, sizeof *d);
    d->conf = *conf;
    d->conf.ns = mem_str(conf->ns);
    d->conf.context_ns = mem_str(conf->context_ns);
    d->conf.redis_from = mem_str(conf->redis_from);
    if (!d->conf.accept_ms) d->conf.accept_ms = DEPLOY_ACCEPT_MS;
    if (!d->conf.answer_ms) d->conf.answer_ms = DEPLOY_ANSWER_MS;
    if (!d->conf.poll_ms) d->conf.poll_ms = DEPLOY_POLL_MS;
    if (!d->conf.redis_ready_ms) d->conf.redis_ready_ms = DEPLOY_REDIS_READY_MS;
    assert(!conf->redis_from || !conf->parts[PART_REDIS]);
    d->manifests[d->manifests_count++] = conf->manifest;
    for (size_t i = 0; i < PARTS; i++)
        if (conf->parts[i]) d->manifests[d->manifests_count++] = conf->parts[i];
    const struct step_engine_conf engine = {
        .loop = conf->loop,
        .cluster = conf->cluster,
        .defs = steps,
        .count = DEPLOY_STEPS,
        .first = conf->redis_from || conf->parts[PART_REDIS] ? DEPLOY_REDIS : DEPLOY_VARIABLES,
        .words = {"the apply of", "applied", "only the logged objects were applied", "deploy can safely be run again"},
        .observer = *observer,
        .left = deploy_left,
        .cancelled = deploy_cancelled,
        .arg = d};
    step_engine_open(&d->engine, &engine);
    return d;
}

void deploy_free(struct deploy *d)
{
    if (!d) return;
    step_engine_close(&d->engine);
    redis_from_free(d->from);
    deploy_forget_items(d);
    deploy_forget_secrets(d);
    deploy_forget_kinds(d);
    capacity_free(d->capacity);
    mem_free_secret(d->redis_password);
    free((char *)(uintptr_t)d->conf.ns);
    free((char *)(uintptr_t)d->conf.context_ns);
    free((char *)(uintptr_t)d->conf.redis_from);
    free(d);
}

struct step_engine *deploy_engine(struct deploy *d)
{
    return &d->engine;
}

const char *deploy_service(const struct deploy *d)
{
    return d->service;
}

const char *deploy_ns(const struct deploy *d)
{
    return d->ns;
}
