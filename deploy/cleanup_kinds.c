/* cleanup_kinds.c - discovers all namespaced kinds, custom ones included: their objects are deleted with the
 * namespace. */
#include "deploy/cleanup_priv.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "deploy/kind_discovery.h"

#include <stdlib.h>
#include <string.h>

enum { KINDS_MAX = 2000, VERSIONS_MAX = 500 };

static void versions_next(void *arg);

static void versions_forget(struct cleanup *c)
{
    for (size_t i = 0; i < c->versions_count; i++) free(c->versions[i]);
    free(c->versions);
    free(c->unlisted);
    c->kinds = NULL;
    c->versions = NULL;
    c->unlisted = NULL;
    c->kinds_count = c->versions_count = 0;
}

static void kinds_free(struct kobject_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++) kobject_kind_done(&kinds[i]);
    free(kinds);
}

void cleanup_forget_kinds(struct cleanup *c)
{
    kinds_free(c->kinds_shown, c->kinds_shown_count);
    kinds_free(c->kinds, c->kinds_count);
    c->kinds_shown = NULL;
    c->kinds_shown_count = 0;
    versions_forget(c);
}

static size_t group_len(const char *api_version)
{
    const char *slash = strchr(api_version, '/');
    return slash ? (size_t)(slash - api_version) : 0;
}

static bool is_kind(const struct kobject_kind *k, const char *api_version, const char *plural)
{
    const size_t len = group_len(api_version);
    return strcmp(k->plural, plural) == 0 && group_len(k->api_version) == len &&
           strncmp(k->api_version, api_version, len) == 0;
}

/* Created by the control plane from other objects, and recreated automatically. */
static bool is_derived(const char *plural)
{
    static const char *const names[] = {"events", "endpoints", "endpointslices"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (strcmp(names[i], plural) == 0) return true;
    return false;
}

/* A namespaced kind whose objects can be listed and are deleted with the namespace. */
static void kind_add(struct cleanup *c, const char *api_version, const cJSON *resource)
{
    const char *plural = json_str(resource, "name"), *kind = json_str(resource, "kind");
    if (!plural || !kind || strchr(plural, '/') || json_bool(resource, "namespaced") != TRI_YES) return;
    if (!resource_has_verb(resource, "list") || !resource_has_verb(resource, "delete") || is_derived(plural)) return;
    for (const struct kobject_kind *k = kobject_kinds; k->kind; k++)
        if (is_kind(k, api_version, plural)) return;
    for (size_t i = 0; i < c->kinds_count; i++)
        if (is_kind(&c->kinds[i], api_version, plural)) return;
    if (c->kinds_count == KINDS_MAX) {
        if (!c->unlisted) c->unlisted = mem_str("more kinds than raydeck can list");
        return;
    }
    c->kinds = mem_grow(c->kinds, c->kinds_count + 1, sizeof *c->kinds);
    c->kinds[c->kinds_count++] = (struct kobject_kind){mem_str(api_version), mem_str(kind), mem_str(plural), true, 0};
}

static void unlisted_set(struct cleanup *c, const char *what)
{
    if (!c->unlisted) c->unlisted = mem_printf("possibly objects of %s, which could not be listed", what);
}

static void version_add(struct cleanup *c, const char *api_version)
{
    if (c->versions_count == VERSIONS_MAX) {
        unlisted_set(c, "further API groups");
        return;
    }
    c->versions = mem_grow(c->versions, c->versions_count + 1, sizeof *c->versions);
    c->versions[c->versions_count++] = mem_str(api_version);
}

static void on_version(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    const char *api_version = c->versions[c->at];
    if (a->err) {
        char *safe = text_safe(api_version, strlen(api_version), TEXT_ONE_LINE, OBJECT_NAME_MAX);
        unlisted_set(c, safe);
        free(safe);
    }
    JSON_EACH (resource, json_get(a->object, "resources")) kind_add(c, api_version, resource);
    if (cluster_is_out_of_reach(a->err)) c->kinds_err = a->err;
    c->at = c->kinds_err ? c->versions_count : c->at + 1;
    step_later(&c->engine, versions_next, 0);
}

static void versions_next(void *arg)
{
    struct cleanup *c = arg;
    if (c->at == c->versions_count) {
        void (*then)(void *) = c->kinds_known;
        c->at = 0;
        then(c);
        return;
    }
    char *path = discovery_path(c->versions[c->at]);
    object_read(&c->engine.cluster, path, on_version, c);
    free(path);
}

static void on_groups(void *arg, const struct object_answer *a)
{
    struct cleanup *c = arg;
    if (a->err) unlisted_set(c, "the API groups");
    if (cluster_is_out_of_reach(a->err))
        c->kinds_err = a->err;
    else
        version_add(c, "v1");
    JSON_EACH (group, json_get(a->object, "groups")) {
        const char *version = json_str(json_get(group, "preferredVersion"), "groupVersion");
        if (version) version_add(c, version);
    }
    c->at = 0;
    step_later(&c->engine, versions_next, 0);
}

void cleanup_find_kinds(struct cleanup *c, void (*then)(void *arg))
{
    kinds_free(c->kinds_shown, c->kinds_shown_count);
    c->kinds_shown = c->kinds;
    c->kinds_shown_count = c->kinds_count;
    versions_forget(c);
    c->kinds_err = ERR_OK;
    c->kinds_known = then;
    object_read(&c->engine.cluster, "/apis", on_groups, c);
}
