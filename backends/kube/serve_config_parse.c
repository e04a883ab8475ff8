#include "backends/kube/serve_config_parse.h"

#include "backends/base/text.h"
#include "backends/base/yaml.h"
#include "backends/kube/kube_fields.h"

static bool has_deployment(const struct rayservice *r, const char *app, const char *name)
{
    for (size_t i = 0; i < r->deployments_count; i++)
        if (text_eq(r->deployments[i].app, app) && text_eq(r->deployments[i].name, name)) return true;
    return false;
}

static void app_parse(const struct yaml_node *app, struct rayservice *r)
{
    const struct yaml_node *all = yaml_get(app, "deployments");
    const char *app_name = yaml_str(app, "name");
    if (!app_name) app_name = "default"; /* Serve's name for one that has none */
    for (size_t i = 0; all && all->kind == YAML_LIST && i < all->count; i++) {
        const char *name = yaml_str(all->items[i], "name");
        if (!name || has_deployment(r, app_name, name) || r->deployments_count >= KUBE_DEPLOYMENTS) continue;
        struct deployment *d = RECORD_APPEND(r, deployments);
        kube_text(&d->app, app_name, KUBE_NAME_MAX);
        kube_text(&d->name, name, KUBE_NAME_MAX);
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
