/* lint_serve_relations.c - K5: fields of serveConfigV2 that depend on each other, and the forms of import paths and
 * runtime environments; see lint_serve_priv.h. As ray/serve/schema.py validates them. */
#include "deploy/lint_serve_priv.h"

#include "backends/base/text.h"

#include <stdio.h>
#include <string.h>

enum { COMPARED_MAX = 500 };

const char *serve_import_problem(const char *path)
{
    const char *mark = strchr(path, ':');
    if (mark && strchr(mark + 1, ':')) return "must have at most one colon";
    if (!mark) mark = strrchr(path, '.');
    if (!mark) return "must name the module and the application in it: module:app";
    return mark == path || !mark[1] ? "must have a module before and an application after the mark: module:app" : NULL;
}

/* A value that is set; NULL: absent, or null. */
static const struct yaml_node *set_value(const struct yaml_node *map, const char *name)
{
    const struct yaml_node *n = yaml_get(map, name);
    return n && !serve_is_null(n) ? n : NULL;
}

static void check_uri(struct serve_check *c, const char *path, const struct yaml_node *uri)
{
    if (uri->kind != YAML_SCALAR || serve_is_placeholder(uri) || serve_is_null(uri) || strchr(uri->text, ':')) return;
    serve_refuse(c, uri, "%s must be a remote URI (https://, s3://, gs:// ...): Serve takes no local path", path);
}

void serve_check_runtime_env(struct serve_check *c, const char *path, const struct yaml_node *env)
{
    char whole[512];
    const struct yaml_node *folder = yaml_get(env, "working_dir"), *modules = ray_list(env, "py_modules");
    snprintf(whole, sizeof whole, "%s.working_dir", path);
    if (folder) check_uri(c, whole, folder);
    snprintf(whole, sizeof whole, "%s.py_modules[]", path);
    for (size_t i = 0; modules && i < modules->count; i++) check_uri(c, whole, modules->items[i]);
}

/* Without a maximum it is 1, or 100 beside num_replicas "auto". */
static void check_autoscaling(struct serve_check *c, const char *path, const struct yaml_node *scaling, bool is_auto)
{
    double least = 1, most = is_auto ? 100 : 1, initial;
    const struct yaml_node *low = set_value(scaling, "min_replicas"), *high = set_value(scaling, "max_replicas");
    const struct yaml_node *first = set_value(scaling, "initial_replicas");
    if ((low && !serve_number(low, &least)) || (high && !serve_number(high, &most))) return;
    if (most < least)
        serve_refuse(c,
                     high  ? high
                     : low ? low
                           : scaling,
                     "%s.autoscaling_config: max_replicas must be at least min_replicas%s", path,
                     high ? "" : "; it is 1 unless set");
    else if (first && serve_number(first, &initial) && (initial < least || initial > most))
        serve_refuse(c, first, "%s.autoscaling_config: initial_replicas must be from min_replicas to max_replicas",
                     path);
}

void serve_check_deployment(struct serve_check *c, const char *path, const struct yaml_node *deployment)
{
    double number;
    const struct yaml_node *replicas = set_value(deployment, "num_replicas");
    const struct yaml_node *scaling = set_value(deployment, "autoscaling_config");
    const struct yaml_node *per_node = set_value(deployment, "max_replicas_per_node");
    if (replicas && scaling && !serve_is_placeholder(replicas) && serve_number(replicas, &number))
        serve_refuse(c, replicas, "%s: num_replicas is not allowed beside autoscaling_config, unless it is auto", path);
    if (per_node && set_value(deployment, "placement_group_bundles"))
        serve_refuse(c, per_node, "%s: max_replicas_per_node is not allowed beside placement_group_bundles", path);
    if (scaling && scaling->kind == YAML_MAP)
        check_autoscaling(c, path, scaling, text_eq(yaml_str(deployment, "num_replicas"), "auto"));
}

/* What an application has of a field, or Serve's default for it. NULL: nothing that can be compared. */
static const char *text_or(const struct yaml_node *app, const char *name, const char *fallback)
{
    const struct yaml_node *n = yaml_get(app, name);
    if (app->kind != YAML_MAP) return NULL;
    if (!n) return fallback;
    return n->kind != YAML_SCALAR || serve_is_placeholder(n) || serve_is_null(n) || !*n->text ? NULL : n->text;
}

static void check_unique(struct serve_check *c, const struct yaml_node *apps, size_t index, const char *name,
                         const char *fallback)
{
    const struct yaml_node *app = apps->items[index], *at = yaml_get(app, name);
    const char *text = text_or(app, name, fallback);
    for (size_t i = 0; text && i < index; i++) {
        if (!text_eq(text_or(apps->items[i], name, fallback), text)) continue;
        serve_refuse(c, at ? at : app, "two applications have the %s %s%s", name, text, at ? "" : ", the default");
        return;
    }
}

void serve_check_applications(struct serve_check *c, const struct yaml_node *config)
{
    const struct yaml_node *apps = ray_list(config, "applications");
    for (size_t i = 0; apps && i < apps->count && i < COMPARED_MAX; i++) {
        check_unique(c, apps, i, "name", "default");
        check_unique(c, apps, i, "route_prefix", "/");
    }
}
