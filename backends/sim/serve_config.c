/* serve_config.c - reads the first application of a serveConfigV2. */
#include "backends/sim/serve_config.h"

#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "backends/base/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Replaces characters that JSON would have to escape. */
static void name_set(char out[SERVE_CONFIG_NAME], const char *text)
{
    snprintf(out, SERVE_CONFIG_NAME, "%s", text);
    for (char *c = out; *c; c++)
        if (*c < ' ' || *c > '~' || *c == '"' || *c == '\\') *c = '_';
}

/* An integer of at most SERVE_CONFIG_REPLICAS_MAX; YAML may write it as 2.0. */
static unsigned number_of(const struct yaml_node *map, const char *key, unsigned otherwise)
{
    const char *text = yaml_str(map, key);
    char *end;
    double v = text ? strtod(text, &end) : 0;
    if (!text || end == text || *end || !(v >= 0)) return otherwise;
    return v < SERVE_CONFIG_REPLICAS_MAX ? (unsigned)v : SERVE_CONFIG_REPLICAS_MAX;
}

static void read_deployment(const struct yaml_node *yaml, struct serve_config_deployment *d)
{
    const struct yaml_node *scaling = yaml_get(yaml, "autoscaling_config");
    name_set(d->name, yaml_str(yaml, "name"));
    d->replicas = number_of(yaml, "num_replicas", scaling ? number_of(scaling, "min_replicas", 1) : 1);
    d->cores = number_of(yaml_get(yaml_get(yaml, "ray_actor_options"), "resources"), "neuron_cores", 0);
    d->per_node = number_of(yaml, "max_replicas_per_node", 0);
}

/* Reads the deployments with NeuronCores, or those without. */
static void read_deployments(const struct yaml_node *list, bool with_cores, struct serve_config *w)
{
    for (size_t i = 0; list && list->kind == YAML_LIST && i < list->count; i++) {
        struct serve_config_deployment d = {0};
        if (w->count == ARRAY_LEN(w->deployment) || !yaml_str(list->items[i], "name")) continue;
        read_deployment(list->items[i], &d);
        if ((d.cores > 0) == with_cores) w->deployment[w->count++] = d;
    }
}

static void find_ingress(struct serve_config *w)
{
    if (w->count == 0 || (w->count == 1 && w->deployment[0].cores)) {
        struct serve_config_deployment *d = &w->deployment[w->count++];
        *d = (struct serve_config_deployment){.replicas = 1};
        memcpy(d->name, w->app, sizeof d->name);
    }
    w->ingress = 0;
    for (size_t i = w->count; i > 0; i--)
        if (!w->deployment[i - 1].cores) w->ingress = i - 1;
}

static bool read_app(const struct yaml_node *app, struct serve_config *w)
{
    const char *name = yaml_str(app, "name"), *route = yaml_str(app, "route_prefix");
    if (!app || app->kind != YAML_MAP) return false;
    name_set(w->app, name ? name : "default"); /* Serve's default */
    name_set(w->route, route ? route : "/");
    read_deployments(yaml_get(app, "deployments"), true, w);
    read_deployments(yaml_get(app, "deployments"), false, w);
    find_ingress(w);
    return true;
}

void serve_config_read(const char *config, struct serve_config *ret)
{
    struct yaml *doc = NULL;
    struct serve_config w = {0};
    bool taken = false;
    if (config && yaml_parse("serveConfigV2", config, strlen(config), &doc, NULL) == ERR_OK) {
        const struct yaml_node *apps = yaml_get(yaml_root(doc), "applications");
        taken = apps && apps->kind == YAML_LIST && apps->count && read_app(apps->items[0], &w);
    }
    yaml_tree_free(doc);
    *ret = taken ? w
                 : (struct serve_config){.app = "mistral-deployment",
                                         .route = "/",
                                         .deployment = {{.name = "mistral-7b", .replicas = 2, .cores = 2},
                                                        {.name = "mistral-deployment", .replicas = 1}},
                                         .count = 2,
                                         .ingress = 1};
}
