/* lint_redundancy.c - redundancy: L15 to L19, and L26, the route of requests. */
#include "deploy/lint_ray.h"

#include "backends/base/text.h"
#include "backends/base/url.h"
#include "deploy/serve_llm.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HEAD_SERVICES = 64 };

/* The group's resources become num-cpus, in any case of the name. */
static bool has_no_cpus(const struct yaml_node *group)
{
    const struct yaml_node *all = yaml_get(group, "resources");
    for (size_t i = 0; all && all->kind == YAML_MAP && i < all->count; i++)
        if (strcasecmp(all->items[i]->key, "cpu") == 0) return text_eq(all->items[i]->text, "0");
    return false;
}

static void lint_head_cpus(struct lint *l, const struct ray *r)
{
    const struct yaml_node *params = yaml_get(r->head, "rayStartParams"), *cpus = yaml_get(params, "num-cpus");
    const char *text = yaml_str(params, "num-cpus");
    if (!r->head) return;
    if (text_eq(text, "0") || has_no_cpus(r->head)) return; /* K1, where it is not quoted */
    if (text && *text) {
        lint_say(l, RULE_L15, cpus, "the head's num-cpus is %s: replicas are placed on it", text);
        lint_edit_scalar(l, cpus, "\"0\"");
        return;
    }
    lint_say(l, RULE_L15, params ? params : r->head, "the head's num-cpus is not \"0\": replicas are placed on it");
    if (params && !cpus) lint_edit_insert(l, params, "num-cpus: \"0\"");
    if (!params) lint_edit_insert(l, r->head, "rayStartParams: {num-cpus: \"0\"}");
}

static void lint_workers(struct lint *l, const struct ray *r)
{
    const struct yaml_node *at = r->workers && r->workers->count ? r->workers->items[0] : r->workers;
    double least = 0;
    for (size_t i = 0; r->workers && i < r->workers->count; i++) least += ray_group_pods(r, r->workers->items[i]).least;
    if (least >= 2) return;
    const struct yaml_node *bound = yaml_get(at, r->autoscales ? "minReplicas" : "replicas");
    lint_say(l, RULE_L16,
             bound ? bound
             : at  ? at
                   : r->cluster,
             "%.0f worker pod%s at least%s", least, text_plural(least == 1),
             r->autoscales ? " (minReplicas; the autoscaler may go down to it)" : "");
}

/* `options`: the map with its replicas; `at`: where to point if they are not in it. */
static void lint_replicas(struct lint *l, const struct serve *s, const struct yaml_node *options,
                          const struct yaml_node *at, const char *name)
{
    const struct ray_pods n = serve_replicas(options);
    const struct yaml_node *said = yaml_get(yaml_get(options, "autoscaling_config"), "min_replicas");
    if (!said) said = yaml_get(options, "num_replicas");
    if (n.least >= 2 || (said && said->kind == YAML_SCALAR && strchr(said->text, '$'))) return; /* L1, L2 */
    lint_say_as(l, RULE_L17, FINDING_WARNING, serve_place(l, s, said ? said : at),
                "deployment %s has %.0f replica%s at least", name ? name : "(no name)", n.least,
                text_plural(n.least == 1));
}

static void lint_spread(struct lint *l, const struct serve *s, const struct yaml_node *d)
{
    const char *name = yaml_str(d, "name");
    const struct ray_pods n = serve_replicas(d);
    double each;
    const struct yaml_node *bound = yaml_get(d, "max_replicas_per_node");
    if (bound && ray_number(d, "max_replicas_per_node", &each) && each >= n.least && n.least >= 2)
        lint_say_as(l, RULE_L18, FINDING_WARNING, serve_place(l, s, bound),
                    "deployment %s: max_replicas_per_node %.0f lets all of its %.0f replicas onto one node",
                    name ? name : "(no name)", each, n.least);
    else if (!bound)
        lint_say_as(l, RULE_L18, FINDING_WARNING, serve_place(l, s, d), "deployment %s has no max_replicas_per_node",
                    name ? name : "(no name)");
}

/* The ingress deployment has two replicas in its own code; the models have what deployment_config gives them. */
static void lint_llm(struct lint *l, const struct serve *s, const struct yaml_node *app)
{
    const char *name = yaml_str(app, "name");
    struct serve_llm_model model;
    for (size_t i = 0; serve_llm_model(app, i, &model); i++)
        lint_replicas(l, s, model.deployment, model.config, model.name);
    if (!serve_llm_is_known(app))
        lint_say_as(l, RULE_L17, FINDING_UNKNOWN, serve_place(l, s, app),
                    "application %s: its llm_configs are not in the file, and the replicas of its models with them",
                    name ? name : "default");
}

static bool on_accelerators(const struct yaml_node *d)
{
    const struct yaml_node *options = yaml_get(d, "ray_actor_options"), *all = yaml_get(options, "resources");
    return yaml_get(options, "num_gpus") || yaml_get(all, "neuron_cores") || yaml_get(all, "TPU");
}

/* A whole word, or a part of CamelCase: "rapid-model" has no "api", "APIIngress" has both. */
static bool has_word(const char *name, const char *word)
{
    const size_t len = strlen(word);
    for (const char *p = name; *p; p++) {
        if (strncasecmp(p, word, len) != 0) continue;
        const char before = p > name ? p[-1] : '\0', after = p[len];
        const bool begins =
            !isalpha((unsigned char)before) ||
            (isupper((unsigned char)*p) && (!isupper((unsigned char)before) || islower((unsigned char)p[1])));
        const bool ends = !islower((unsigned char)after) || strncmp(p + len, "s", 2) == 0;
        if (begins && ends) return true;
    }
    return false;
}

static bool looks_like_ingress(const char *name)
{
    static const char *const words[] = {"ingress", "router", "gateway", "proxy", "api"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (has_word(name, words[i])) return true;
    return false;
}

/* What serveConfigV2 does not list has the replicas that the code gives it, one unless it says otherwise; usually that
 * is the ingress deployment. Where models on accelerators are all that is listed, there is one in front of them that is
 * not; one beside them without accelerators is that; else it cannot be told. */
static void lint_unlisted(struct lint *l, const struct serve *s, const struct yaml_node *app)
{
    const struct yaml_node *all = ray_list(app, "deployments");
    const char *name = yaml_str(app, "name");
    bool ingress = false, model = false, in_front = false;
    for (size_t i = 0; all && i < all->count; i++) {
        const char *deployment = yaml_str(all->items[i], "name");
        ingress = ingress || (deployment && looks_like_ingress(deployment));
        model = model || on_accelerators(all->items[i]);
        in_front = in_front || !on_accelerators(all->items[i]);
    }
    if (ingress || (model && in_front)) return;
    const struct yaml_node *at = all ? all : app;
    bool sure = model || !all || !all->count;
    lint_say_as(
        l, RULE_L17, sure ? FINDING_WARNING : FINDING_UNKNOWN, serve_place(l, s, at),
        "application %s lists no ingress deployment: one that is not listed has 1 replica unless the code says more",
        name ? name : "default");
}

void lint_redundancy(struct lint *l, const struct ray *r, const struct serve *s)
{
    if (r->kind != RAY_SERVICE) return;
    lint_head_cpus(l, r);
    lint_workers(l, r);
    /* The field came with KubeRay 1.3, as the options did. */
    if (r->options && !yaml_bool(r->spec, "excludeHeadPodFromServeSvc", false)) {
        const struct yaml_node *at = yaml_get(r->spec, "excludeHeadPodFromServeSvc");
        lint_say(l, RULE_L19, at ? at : r->spec,
                 "excludeHeadPodFromServeSvc is not set: requests go to the head's proxy too");
    }
    const struct yaml_node *app;
    for (size_t a = 0; s && (app = serve_app(s, a)); a++) {
        if (serve_app_is_llm(app)) {
            lint_llm(l, s, app);
            continue;
        }
        const struct yaml_node *all = ray_list(app, "deployments");
        for (size_t i = 0; all && i < all->count; i++) {
            lint_replicas(l, s, all->items[i], all->items[i], yaml_str(all->items[i], "name"));
            lint_spread(l, s, all->items[i]);
        }
        if (!serve_app_has_llm_builder(app)) lint_unlisted(l, s, app);
    }
}

/* The names by which the manifest's head services go, beside <cluster>-head-svc. */
struct head_names {
    const char *name[HEAD_SERVICES], *ns[HEAD_SERVICES]; /* borrowed from the tree; ns NULL: not said */
    size_t count;
};

static void head_names_find(const struct manifest *m, struct head_names *ret)
{
    for (size_t i = 0; i < m->count && ret->count < HEAD_SERVICES; i++) {
        struct ray r;
        const struct manifest_object *o = &m->objects[i];
        const char *name = NULL;
        if (ray_of(o, &r))
            name = yaml_str(yaml_get(yaml_get(r.head, "headService"), "metadata"), "name");
        else if (text_eq(o->kind, "Service") &&
                 text_eq(yaml_str(yaml_get(yaml_get(o->root, "spec"), "selector"), "ray.io/node-type"), "head"))
            name = o->name;
        if (!name || !*name) continue;
        ret->ns[ret->count] = o->ns;
        ret->name[ret->count++] = name;
    }
}

/* ns NULL: not said, or any. */
static bool is_head_name(const struct head_names *names, const char *name, size_t len, const char *ns)
{
    static const char suffix[] = "-head-svc";
    if (len >= sizeof suffix && memcmp(name + len - (sizeof suffix - 1), suffix, sizeof suffix - 1) == 0) return true;
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->name[i]) == len && memcmp(names->name[i], name, len) == 0 &&
            (!ns || !names->ns[i] || text_eq(ns, names->ns[i])))
            return true;
    return false;
}

/* A number or a name; NULL: it has none. */
static const char *backend_port(const struct yaml_node *backend)
{
    static const char *const keys[] = {"servicePort", "port"};
    const struct yaml_node *port = yaml_get(backend, "port");
    const char *text = NULL;
    for (size_t i = 0; i < 2 && !text; i++) text = yaml_str(backend, keys[i]);
    if (!text) text = yaml_str(port, "number");
    return text ? text : yaml_str(port, "name");
}

/* 8000 is Serve's port, "serve" KubeRay's name for it. */
static bool is_serve_port(const char *port)
{
    return text_eq(port, "8000") || (port && text_has(port, "serve"));
}

/* An Ingress's {name, port: {number}}, an older one's {serviceName, servicePort}, a route's {name, port}, Istio's
 * {host, port: {number}}. */
static void lint_backends(struct lint *l, const struct head_names *names, const struct yaml_node *n)
{
    static const char *const keys[] = {"name", "serviceName", "host"};
    if (n->alias || n->kind == YAML_SCALAR) return;
    for (size_t i = 0; n->kind == YAML_MAP && i < 3; i++) {
        const char *name = yaml_str(n, keys[i]);
        size_t len = name ? strcspn(name, ".") : 0;
        /* A backend is in the route's own namespace unless it says another; a host name may say one itself. */
        const char *own = yaml_str(n, "namespace"), *ns = own ? own : l->o->ns;
        if (len && !name[len]) lint_serve_backend(l, yaml_get(n, keys[i]), name, ns, backend_port(n));
        if (!len || !is_head_name(names, name, len, name[len] ? NULL : ns) || !is_serve_port(backend_port(n))) continue;
        lint_say_as(l, RULE_L26, FINDING_ERROR, yaml_get(n, keys[i])->own,
                    "Serve traffic goes to %s, the head's service", name);
        break;
    }
    for (size_t i = 0; i < n->count; i++) lint_backends(l, names, n->items[i]);
}

/* http://<head service>[.namespace…]:8000 within a text. */
static void lint_urls(struct lint *l, const struct head_names *names, const struct yaml_node *n)
{
    if (n->alias) return;
    for (size_t i = 0; i < n->count; i++) lint_urls(l, names, n->items[i]);
    if (n->kind != YAML_SCALAR) return;
    for (const char *p = url_authority(n->text); p; p = url_authority(p)) {
        size_t host = strcspn(p, "/:\"' \n"), name = strcspn(p, "./:\"' \n");
        if (strncmp(p + host, ":8000", 5) != 0 || !is_head_name(names, p, name, NULL)) continue;
        lint_say_as(l, RULE_L26, FINDING_ERROR, n->own, "a client sends Serve traffic to %.*s, the head's service",
                    (int)name, p);
        return;
    }
}

/* A load balancer of one's own on the head's Serve port. */
static void lint_balancer(struct lint *l)
{
    const struct yaml_node *spec = yaml_get(l->o->root, "spec"), *ports = ray_list(spec, "ports");
    if (!text_eq(l->o->kind, "Service") || !text_eq(yaml_str(spec, "type"), "LoadBalancer") ||
        !text_eq(yaml_str(yaml_get(spec, "selector"), "ray.io/node-type"), "head"))
        return;
    for (size_t i = 0; ports && i < ports->count; i++) {
        const char *target = yaml_str(ports->items[i], "targetPort");
        if (!target) target = yaml_str(ports->items[i], "port");
        if (!text_eq(target, "8000") && !text_eq(target, "serve")) continue;
        lint_say(l, RULE_L26, ports->items[i], "a load balancer sends Serve traffic to the head's pod");
        return;
    }
}

void lint_routes(struct lint *l)
{
    static const char *const routes[] = {"Ingress", "HTTPRoute", "VirtualService", "IngressRoute", NULL};
    struct head_names names = {.count = 0};
    head_names_find(l->m, &names);
    for (size_t i = 0; i < l->m->count; i++) {
        struct ray r;
        l->o = &l->m->objects[i];
        if (ray_of(l->o, &r)) continue;
        lint_balancer(l);
        bool route = false;
        for (size_t k = 0; routes[k]; k++) route = route || text_eq(l->o->kind, routes[k]);
        if (route)
            lint_backends(l, &names, l->o->root);
        else
            lint_urls(l, &names, l->o->root);
    }
}
