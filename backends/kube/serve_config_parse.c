/* serve_config_parse.c - Parses serveConfigV2, the YAML within a RayService. */
#include "backends/kube/serve_config_parse.h"

#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "backends/kube/kube_fields.h"

#include <stdlib.h>

static bool has_deployment(const struct rayservice *r, const char *app, const char *name)
{
    for (size_t i = 0; i < r->deployments_count; i++)
        if (text_eq(r->deployments[i].app, app) && text_eq(r->deployments[i].name, name)) return true;
    return false;
}

/* Names are compared as they are kept: safe, and cut. */
static void deployment_add(struct rayservice *r, const char *app, const char *name)
{
    char *safe_app = NULL, *safe_name = NULL;
    kube_text(&safe_app, app, KUBE_NAME_MAX);
    kube_text(&safe_name, name, KUBE_NAME_MAX);
    if (safe_name && !has_deployment(r, safe_app, safe_name) && r->deployments_count < KUBE_DEPLOYMENTS) {
        struct deployment *d = RECORD_APPEND(r, deployments);
        d->app = safe_app;
        d->name = safe_name;
        return;
    }
    free(safe_app);
    free(safe_name);
}

static void app_parse(const struct yaml_node *app, struct rayservice *r)
{
    const struct yaml_node *all = yaml_get(app, "deployments");
    const char *app_name = yaml_str(app, "name");
    if (!app_name) app_name = "default"; /* Serve's name for one that has none */
    for (size_t i = 0; all && all->kind == YAML_LIST && i < all->count; i++) {
        deployment_add(r, app_name, yaml_str(all->items[i], "name"));
    }
}

enum err serve_config_parse(const char *text, size_t len, struct rayservice *ret, struct why *why)
{
    struct yaml *doc = NULL;
    enum err e = yaml_parse("serveConfigV2", text, len, &doc, why);
    if (e != ERR_OK) return e;
    const struct yaml_node *apps = yaml_get(yaml_root(doc), "applications");
    for (size_t i = 0; apps && apps->kind == YAML_LIST && i < apps->count; i++) {
        const char *route = yaml_str(apps->items[i], "route_prefix");
        if (i == 0) kube_text(&ret->route_prefix, route ? route : "/", KUBE_MESSAGE_MAX);
        app_parse(apps->items[i], ret);
    }
    yaml_tree_free(doc);
    return ERR_OK;
}
