/* pod_requests.c - sums what a pod asks the scheduler for; see pod_requests.h. */
#include "deploy/pod_requests.h"

#include "backends/base/text.h"
#include "deploy/quantity.h"

#include <stdio.h>
#include <string.h>

static size_t resources_find(const struct resources *r, const char *name)
{
    size_t i = 0;
    while (i < r->count && strcmp(r->item[i].name, name) != 0) i++;
    return i;
}

uint64_t resources_get(const struct resources *r, const char *name)
{
    const size_t i = resources_find(r, name);
    return i < r->count ? r->item[i].milli : 0;
}

/* NULL: there are too many, or the name is too long. */
static uint64_t *resources_at(struct resources *r, const char *name)
{
    const size_t i = resources_find(r, name);
    if (i < r->count) return &r->item[i].milli;
    if (i == RESOURCES_MAX || strlen(name) >= RESOURCE_NAME_MAX) return NULL;
    snprintf(r->item[i].name, sizeof r->item[i].name, "%s", name);
    r->item[i].milli = 0;
    r->count++;
    return &r->item[i].milli;
}

void resources_add(struct resources *r, const char *name, uint64_t milli)
{
    uint64_t *at = resources_at(r, name);
    if (at) *at = *at > UINT64_MAX - milli ? UINT64_MAX : *at + milli;
}

static void resources_add_all(struct resources *r, const struct resources *what)
{
    for (size_t i = 0; i < what->count; i++) resources_add(r, what->item[i].name, what->item[i].milli);
}

void resources_subtract(struct resources *r, const struct resources *what)
{
    for (size_t i = 0; i < what->count; i++) {
        const size_t at = resources_find(r, what->item[i].name);
        if (at == r->count) continue;
        const uint64_t less = what->item[i].milli;
        r->item[at].milli = r->item[at].milli > less ? r->item[at].milli - less : 0;
    }
}

void resources_raise(struct resources *r, const struct resources *to)
{
    for (size_t i = 0; i < to->count; i++) {
        uint64_t *at = resources_at(r, to->item[i].name);
        if (at && *at < to->item[i].milli) *at = to->item[i].milli;
    }
}

void resources_of_map(const cJSON *map, struct resources *ret)
{
    *ret = (struct resources){.count = 0};
    JSON_EACH (one, map) {
        const struct known_u64 milli = one->string ? quantity_of(map, one->string) : UNKNOWN_U64;
        if (milli.known) resources_add(ret, one->string, milli.value);
    }
}

/* The requests, and for what has none the limits, as the API server fills them in. */
static void requests_of(const cJSON *resources, struct resources *ret)
{
    struct resources limits;
    resources_of_map(json_get(resources, "requests"), ret);
    resources_of_map(json_get(resources, "limits"), &limits);
    for (size_t i = 0; i < limits.count; i++)
        if (!json_get(json_get(resources, "requests"), limits.item[i].name))
            resources_add(ret, limits.item[i].name, limits.item[i].milli);
}

static bool is_sidecar(const cJSON *init_container)
{
    return text_eq(json_str(init_container, "restartPolicy"), "Always");
}

void pod_requests(const cJSON *spec, struct resources *ret)
{
    struct resources sidecars = {.count = 0}, starting = {.count = 0}, one, overhead;
    /* These two first, as kubectl has them. */
    *ret = (struct resources){.item = {{"cpu", 0}, {"memory", 0}}, .count = 2};
    JSON_EACH (c, json_get(spec, "containers")) {
        requests_of(json_get(c, "resources"), &one);
        resources_add_all(ret, &one);
    }
    JSON_EACH (c, json_get(spec, "initContainers")) {
        requests_of(json_get(c, "resources"), &one);
        if (is_sidecar(c)) {
            resources_add_all(&sidecars, &one);
            resources_raise(&starting, &sidecars);
        } else {
            resources_add_all(&one, &sidecars);
            resources_raise(&starting, &one);
        }
    }
    resources_add_all(ret, &sidecars);
    resources_raise(ret, &starting);
    requests_of(json_get(spec, "resources"), &one);
    for (size_t i = 0; i < one.count; i++) {
        uint64_t *at = resources_at(ret, one.item[i].name);
        if (at) *at = one.item[i].milli;
    }
    resources_of_map(json_get(spec, "overhead"), &overhead);
    resources_add_all(ret, &overhead);
}
