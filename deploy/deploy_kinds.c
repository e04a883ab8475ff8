/* deploy_kinds.c - the manifest's kinds that are not in kinds.def: the API server reports which resources they are. */
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/deploy_priv.h"
#include "deploy/kind_discovery.h"

#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 100 };

static void kinds_next(void *arg);

static const struct found_kind *kind_found(const struct deploy *d, const char *api_version, const char *kind)
{
    for (size_t i = 0; i < d->kinds_count; i++)
        if (strcmp(d->kinds[i]->kind.api_version, api_version) == 0 && strcmp(d->kinds[i]->kind.kind, kind) == 0)
            return d->kinds[i];
    return NULL;
}

const struct kobject_kind *deploy_kind_of(const struct deploy *d, const cJSON *object, const char **ret_why)
{
    const char *api_version = json_str(object, "apiVersion"), *kind = json_str(object, "kind");
    const struct kobject_kind *known = kobject_kind_of(object);
    *ret_why = "it has no apiVersion or no kind";
    if (known || !api_version || !kind) return known;
    const struct found_kind *found = kind_found(d, api_version, kind);
    *ret_why = found ? found->why : "the manifest has more kinds than are looked up";
    if (!found) return NULL;
    return found->why ? NULL : &found->kind;
}

/* The first one that is neither in the table nor was asked for; NULL: there is none. */
static const struct manifest_object *kind_wanted(const struct deploy *d)
{
    for (size_t m = 0; m < d->manifests_count; m++) {
        for (size_t i = 0; d->kinds_count < KINDS_MAX && i < d->manifests[m]->count; i++) {
            const struct manifest_object *o = &d->manifests[m]->objects[i];
            if (o->api_version && o->kind && !kobject_kind_named(o->api_version, o->kind) &&
                !kind_found(d, o->api_version, o->kind))
                return o;
        }
    }
    return NULL;
}

/* In kubectl's words. Caller frees. */
static char *kind_refusal(const struct manifest_object *o, const struct object_answer *a, const cJSON *resource)
{
    char *kind = text_safe(o->kind, strlen(o->kind), TEXT_ONE_LINE, OBJECT_NAME_MAX);
    char *version = text_safe(o->api_version, strlen(o->api_version), TEXT_ONE_LINE, OBJECT_NAME_MAX);
    char *why = NULL;
    if (a->err && a->err != ERR_NOT_FOUND)
        why = mem_printf("whether there is a kind \"%s\" in version \"%s\" is not known: %s", kind, version, a->why);
    else if (!resource)
        why =
            mem_printf("no matches for kind \"%s\" in version \"%s\": ensure CRDs are installed first", kind, version);
    else if (!resource_has_verb(resource, "create") || !resource_has_verb(resource, "patch"))
        why =
            mem_printf("the API server lets nobody apply a %s of %s: it has no verbs create and patch", kind, version);
    free(kind);
    free(version);
    return why;
}

static void kind_add(struct deploy *d, const struct manifest_object *o, const struct object_answer *a)
{
    const cJSON *resource = a->err ? NULL : discovery_find(a->object, o->kind);
    const bool namespaced = json_bool(resource, "namespaced") == TRI_YES;
    struct found_kind *found = mem_zero(1, sizeof *found);
    found->why = kind_refusal(o, a, resource);
    found->kind = (struct kobject_kind){.api_version = mem_str(o->api_version),
                                        .kind = mem_str(o->kind),
                                        .plural = mem_str(resource ? json_str(resource, "name") : ""),
                                        .namespaced = namespaced,
                                        .order = kobject_order_of_others(namespaced)};
    d->kinds = mem_grow(d->kinds, d->kinds_count + 1, sizeof(struct found_kind *));
    d->kinds[d->kinds_count++] = found;
}

static void on_resources(void *arg, const struct object_answer *a)
{
    struct deploy *d = arg;
    if (cluster_is_out_of_reach(a->err)) {
        deploy_checked(d, a);
        return;
    }
    kind_add(d, kind_wanted(d), a);
    step_later(&d->engine, kinds_next, 0);
}

static void kinds_next(void *arg)
{
    struct deploy *d = arg;
    const struct manifest_object *o = kind_wanted(d);
    if (!o) {
        deploy_kinds_known(d);
        return;
    }
    char *path = discovery_path(o->api_version);
    object_read(&d->engine.cluster, path, on_resources, d);
    free(path);
}

void deploy_find_kinds(struct deploy *d)
{
    deploy_forget_kinds(d);
    kinds_next(d);
}

void deploy_forget_kinds(struct deploy *d)
{
    for (size_t i = 0; i < d->kinds_count; i++) {
        kobject_kind_done(&d->kinds[i]->kind);
        free(d->kinds[i]->why);
        free(d->kinds[i]);
    }
    free(d->kinds);
    d->kinds = NULL;
    d->kinds_count = 0;
}
